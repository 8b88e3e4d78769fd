"""Schools that somebody typed, against those that are known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from homeroom_collector.errors import CollectorError
from homeroom_collector.model import School


def check_schools(typed: Iterable[str], known: Sequence[School]) -> None:
    """Raise CollectorError for a school that is not known, with one that looks like it."""
    ids = [school.school_id for school in known]
    for school_id in typed:
        if school_id not in ids:
            close = difflib.get_close_matches(school_id, ids, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else "import schools first: homeroom import schools FILE"
            raise CollectorError(f"school {school_id!r} is not known; {hint}")
