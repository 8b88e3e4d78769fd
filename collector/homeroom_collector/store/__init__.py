"""The register, the latest state and the history: SQLAlchemy Core with Alembic, on SQLite or PostgreSQL."""
