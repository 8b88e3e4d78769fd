"""Standard MIBs, one file each: what to ask, and what the answers mean. No vendor knowledge."""
