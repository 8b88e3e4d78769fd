"""Imports of what the district already knows: schools, inventory, calendars."""
