"""Chromebooks as Google knows them: the Directory API's register and Chrome Management's telemetry.

Owns what is asked of Google and how its answers become reports. Never asks for a user, and drops what it did not
ask for.
"""
