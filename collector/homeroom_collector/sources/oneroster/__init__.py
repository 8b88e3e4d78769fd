"""How many students each school has by grade, out of a OneRoster export. Counts only: no file with a name is opened."""
