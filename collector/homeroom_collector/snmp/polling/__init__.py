"""When to ask which device, how often, and what is kept of it between polls."""
