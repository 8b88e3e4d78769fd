"""Homeroom's laptop agent: measures the machine, never the person."""

__version__ = "0.1.0"
