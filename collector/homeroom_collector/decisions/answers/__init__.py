"""The answers themselves, as rows: the same for the command line, the API and the pages."""

from homeroom_collector.decisions.answers import equity, erate, readiness, reconcile, refresh, standards
from homeroom_collector.decisions.answers.row import Answer, Row, View

__all__ = ["ANSWERS", "Answer", "Row", "View"]

ANSWERS: dict[str, Answer] = {
    each.ANSWER.name: each.ANSWER for each in (standards, refresh, erate, equity, readiness, reconcile)
}
