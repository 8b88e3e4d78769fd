"""Linux: pressure stall information (Documentation/accounting/psi.rst), present from 4.20 where it is switched on."""

import re

from homeroom_agent.parsers.tree import Tree
from homeroom_agent.parsers.values import number


def some_ratio(tree: Tree) -> float | None:
    """Share of the last five minutes in which some work waited for memory; None where the kernel does not count it."""
    try:
        text = tree.read("proc/pressure/memory").decode("ascii", "replace")
    except OSError:
        return None
    match = re.search(r"^some .*avg300=([0-9.]+)", text, re.MULTILINE)
    percent = number(match[1], 0, 100) if match else None
    return None if percent is None else round(percent / 100, 4)
