"""Pure rules: facts, policy and now go in, verdicts come out. No I/O, no clock, no SQL, no HTTP."""
