"""Batteries: capacity, wear, charge. Peripherals and UPSes are told apart from the machine's own packs."""
