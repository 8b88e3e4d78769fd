"""Alertmanager: its webhook is taken in, its API is asked, and neither is believed alone."""
