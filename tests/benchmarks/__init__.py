"""Benchmarks: ratios measured in one run. Never tests: these machines are noisy."""
