"""Operating systems: which, and until when supported."""
