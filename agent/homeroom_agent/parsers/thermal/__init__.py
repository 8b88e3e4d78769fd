"""Temperatures and fans, without sensors that do not measure."""
