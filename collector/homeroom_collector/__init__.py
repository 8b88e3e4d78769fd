"""Homeroom's collector: takes attendance of a district's technology."""

__version__ = "0.1.0"
