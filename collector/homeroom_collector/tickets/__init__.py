"""From a problem to a ticket at the help desk and back."""
