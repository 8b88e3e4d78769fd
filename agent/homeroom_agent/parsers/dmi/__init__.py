"""Identity of the machine, as its firmware says."""
