"""Volumes: size and free space."""
