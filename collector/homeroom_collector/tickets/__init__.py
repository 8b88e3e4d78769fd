"""Tickets at the help desk: one for each cause, opened, told, and closed by itself.

What is to be done is decided in ``rules/ticket*.py``; here it is done. Nothing is held in memory only.
"""
