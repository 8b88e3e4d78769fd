"""What was: samples for the charts of two days, and days for years. Roll-ups, retention, and reading back."""
