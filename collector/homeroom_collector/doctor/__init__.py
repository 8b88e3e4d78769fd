"""Looking a collector over: what is wrong around it, and what to do about each. Changes nothing."""
