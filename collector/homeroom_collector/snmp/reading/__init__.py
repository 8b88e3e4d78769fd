"""Reading one device whole: standard tables, profile, identity, joined into the facts of a report."""
