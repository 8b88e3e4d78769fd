"""A made-up district that speaks the real protocols: for the demo, tests, benchmarks and training.

Owns what the pretended devices are and how they behave; knows nothing of the collector's inside. Deterministic: the
same seed gives the same district.
"""
