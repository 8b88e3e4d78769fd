"""Letters that are sent by themselves, each once: digests on days of school, and reports when a period is over."""
