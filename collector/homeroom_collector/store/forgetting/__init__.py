"""Forgetting devices: finding everything about them, taking it away, sweeping up what is written elsewhere, proof."""
