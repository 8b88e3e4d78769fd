"""What the district's minimum and its refresh plan say of one device."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_collector.decisions.board import Board
from homeroom_collector.rules import money
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.refresh import Line
from homeroom_collector.rules.verdict import Reason, Verdict

_SAID = {
    Verdict.PASS: ("meets the district's minimum", "good", "●"),
    Verdict.FAIL: ("below the district's minimum", "bad", "■"),
    Verdict.UNKNOWN: ("cannot be judged yet", "mute", "?"),
    Verdict.EXEMPT: ("not held to a standard", "mute", "◇"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict in words, its reasons, those that failed first, and what is planned."""

    words: str
    style: str
    sign: str
    reasons: tuple[Reason, ...]
    lines: tuple[Line, ...]

    @property
    def plan(self) -> list[str]:
        """What the refresh plan does, a sentence for each step."""
        return [_planned(line) for line in self.lines]


def judged(board: Board | None, device_id: str, asset: Asset | None) -> Judged | None:
    """What is known of a device; None before the first judgement, or for one that is in neither register."""
    if board is None:
        return None
    for known, verdict in zip(board.district.devices, board.verdicts, strict=True):
        if known.device_id == device_id or (asset is not None and known.asset.name == asset.name):
            words, style, sign = _SAID[verdict.verdict]
            order = [Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.EXEMPT]
            reasons = sorted(verdict.reasons, key=lambda reason: order.index(reason.verdict))
            lines = tuple(line for line in board.plan.lines if line.asset.name == known.asset.name)
            return Judged(words=words, style=style, sign=sign, reasons=tuple(reasons), lines=lines)
    return None


def _planned(line: Line) -> str:
    if not line.buys:
        return f"{line.action.value}: {'; '.join(line.reasons)}"
    when = f" in fiscal year {line.year}" if line.year else "; it waits beyond the plan, or has no price"
    cost = "" if line.cents is None else f", ${money.dollars(line.cents)}"
    what = {"replace": "Replace it", "battery": "Give it a new battery", "spare": "Buy a spare"}[line.action.value]
    return f"{what}{when}{cost}: {'; '.join(line.reasons)}"
