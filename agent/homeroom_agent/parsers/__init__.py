"""Parsers of what operating systems say: bytes in, facts out. Pure, the same on every system.

A parser of one system is imported only when it is used, so that an agent on Linux never loads those of Windows.
"""

from homeroom_agent.parsers.registry import parse

__all__ = ["parse"]
