"""Probes: one file per kind of fact."""
