"""Several collectors on one PostgreSQL: who does what, and how each learns what the others were told."""
