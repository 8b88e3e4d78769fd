"""Receiving traps and informs, which make the poller look."""
