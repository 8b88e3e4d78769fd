"""Windows: which edition, what its firmware allows, and whether it can be Windows 11."""
