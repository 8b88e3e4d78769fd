"""Prometheus remote write 1.0: every sample of every report, with the time at which it was measured.

Reads what ingest put into the queue in the same commit as the report itself; never imports ingest.
"""
