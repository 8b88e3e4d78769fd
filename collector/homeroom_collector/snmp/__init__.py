"""Asking network gear: engines, tables, profiles, poller. Never imports the store or the app."""
