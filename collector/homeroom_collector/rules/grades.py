"""Grades and the bands that districts make of them. Pure.

Grades are written PK, TK, K, 1 to 12 and UG (ungraded); the codes of student information systems, such as KG and 09
(CEDS, entry grade level), and words people type are understood. A band is a range such as ``K-2``, or a single grade.
"""

from __future__ import annotations

import re

GRADES = ("PK", "TK", "K", *map(str, range(1, 13)), "UG")
"""All grades, in the order in which pupils pass through them; UG stands outside."""

_NAMES = {
    "KG": "K", "KINDERGARTEN": "K", "0": "K", "00": "K", "PR": "PK", "PREK": "PK", "PRE-K": "PK", "P": "PK",
    "PREKINDERGARTEN": "PK", "UNGRADED": "UG",
}  # fmt: skip


def grade(text: str) -> str | None:
    """The grade that a text means; None where it means none."""
    word = text.strip().upper()
    if word in GRADES:
        return word
    number = re.fullmatch(r"0*(\d{1,2})(?:ST|ND|RD|TH)?", word)
    if number and 1 <= int(number[1]) <= 12:
        return number[1]
    return _NAMES.get(word)


def of_band(band: str) -> tuple[str, ...]:
    """The grades of a band such as ``K-2``, in order; empty where it is no range of grades."""
    first, _, last = band.partition("-")
    ends = [grade(first), grade(last or first)]
    if None in ends or "UG" in ends:
        return (ends[0],) if ends[0] == ends[1] == "UG" else ()
    low, high = (GRADES.index(str(end)) for end in ends)
    return GRADES[low : high + 1]
