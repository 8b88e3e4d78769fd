"""The register, the latest state and the history: SQLAlchemy Core with Alembic, on SQLite or PostgreSQL."""

from homeroom_collector.store import outbox_tables as _outbox_tables  # noqa: F401 - part of the schema
from homeroom_collector.store import problem_tables as _problem_tables  # noqa: F401 - part of the schema
from homeroom_collector.store import satellite_tables as _satellite_tables  # noqa: F401 - part of the schema
from homeroom_collector.store import schema_access as _schema_access  # noqa: F401 - likewise
from homeroom_collector.store import schema_decisions as _schema_decisions  # noqa: F401 - likewise
from homeroom_collector.store import schema_forgetting as _schema_forgetting  # noqa: F401 - likewise
from homeroom_collector.store import schema_gear as _schema_gear  # noqa: F401 - likewise
from homeroom_collector.store import schema_lines as _schema_lines  # noqa: F401 - likewise
from homeroom_collector.store import schema_replicas as _schema_replicas  # noqa: F401 - likewise
from homeroom_collector.store import ticket_tables as _ticket_tables  # noqa: F401 - part of the schema
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.store import Store, open_store

__all__ = ["Connection", "Store", "open_store"]
