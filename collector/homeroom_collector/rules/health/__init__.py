"""Health rules: one file for each class of device. Pure: facts, thresholds and the time go in, findings come out."""
