"""Text that never prints, and where it may come from."""

from __future__ import annotations


class Secret:
    """A password or community: str, repr and format give ``<secret>``; :meth:`reveal` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text, for the one place that must send it."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def misplaced(key: str, *, environment: bool = True) -> str:
    """What to say of a secret that stands in a configuration file under ``key``, which people copy, mail and commit."""
    other = f", or into the environment and name the variable in {key}_env" if environment else ""
    return f"a secret does not belong in this file; put it into a file of its own and name that in {key}_file{other}"
