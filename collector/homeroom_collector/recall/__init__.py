"""Rebuilding at start what is held in memory. Reading and decoding may be shared among processes; taking in is ours."""
