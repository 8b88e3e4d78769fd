"""Disks: what they are and how worn they are."""
