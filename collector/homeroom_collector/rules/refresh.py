"""The refresh plan: what is bought for which device in which fiscal year, why, and for how much. Pure.

Every device of the register is in it once with a verdict, and those with something to do have a line for each step.
The caps decide only in which year a line is bought, never what is due or why; so raising a cap makes nothing later (see
refresh_schedule.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING

from homeroom_collector.rules import money
from homeroom_collector.rules.asset import WORKING, Asset, Assignment, LifeState
from homeroom_collector.rules.fiscal_year import FiscalYears
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.reconcile import alive, gone
from homeroom_collector.rules.refresh_actions import Action, Alternative, Step, alternatives, price, steps
from homeroom_collector.rules.refresh_causes import Need, need
from homeroom_collector.rules.refresh_hand_down import with_moves
from homeroom_collector.rules.refresh_policy import RefreshPolicy, Rotation
from homeroom_collector.rules.refresh_schedule import Horizon, Purchase, schedule, too_dear
from homeroom_collector.rules.sharing import Shared
from homeroom_collector.rules.standards import DeviceVerdict, Standard, judge, support_end
from homeroom_collector.rules.verdict import Verdict

DEVICES, NETWORK = "devices", "network"
_BUYS = frozenset({Action.REPLACE, Action.BATTERY, Action.SPARE})
_STUDENT = frozenset({Assignment.ONE_TO_ONE, Assignment.CART, Assignment.LAB, None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One device and what is done with it, or one spare to buy.

    ``year`` is the fiscal year of the purchase; None where it waits beyond the plan, has no price, or nothing is
    bought. ``cents`` is the price in that year, or in the first one where it waits; None where it is not known.
    ``hand_down_to`` is a grade band that the device would do for, ``hand_down_for`` the device whose place it could
    take.
    """

    asset: Asset
    action: Action
    reasons: tuple[str, ...]
    fund: str = DEVICES
    due: int | None = None
    year: int | None = None
    cents: int | None = None
    score: int = 0
    alternatives: tuple[Alternative, ...] = ()
    hand_down_to: str | None = None
    hand_down_for: str | None = None

    @property
    def buys(self) -> bool:
        """Whether something is to be bought, in whichever year."""
        return self.action in _BUYS

    @property
    def waits(self) -> bool:
        """Whether it is to be bought, has a price, and no year of the plan can pay for it."""
        return self.buys and self.cents is not None and self.year is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPlan:
    """All lines in a fixed order, what to look at, and the money by fund and year."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    horizon: Horizon

    @property
    def bought(self) -> list[Line]:
        """Lines with a year, in the order of years."""
        return [line for line in self.lines if line.year is not None]

    def spent(self, fund: str, year: int) -> int:
        """Cents that the plan spends."""
        return sum(line.cents or 0 for line in self.lines if line.fund == fund and line.year == year)


def plan(
    judged: Sequence[DeviceVerdict],
    policy: RefreshPolicy,
    years: FiscalYears,
    today: date,
    standards: Sequence[Standard] = (),
) -> RefreshPlan:
    """Plan from verdicts of every device of the register. ``standards`` are those a device may be handed down to."""
    first = policy.first_year or years.of(today) + 1
    planner = _Planner(policy, years, first, today, standards)
    lines = [line for each in judged for line in planner.lines(each)]
    lines += planner.spares(judged)
    horizon = Horizon(first=first, years=policy.years, caps=_caps(policy, first), inflation=policy.inflation)
    dated, purchases = _dated(lines, horizon)
    return RefreshPlan(lines=dated, notes=tuple(_notes(judged, dated, purchases, horizon)), horizon=horizon)


def _caps(policy: RefreshPolicy, first: int) -> dict[str, dict[int, int | None]]:
    wanted = range(first, first + policy.years)
    network = None if policy.network_budget is None else money.exact(policy.network_budget)
    caps = {year: policy.budgets.get(year, policy.budget) for year in wanted}
    return {
        DEVICES: {year: None if cap is None else money.exact(cap) for year, cap in caps.items()},
        NETWORK: dict.fromkeys(wanted, network),
    }


class _Planner:
    """Turns verdicts into lines, still without a year."""

    def __init__(
        self, policy: RefreshPolicy, years: FiscalYears, first: int, today: date, standards: Sequence[Standard]
    ) -> None:
        self._policy, self._years, self._first, self._today = policy, years, first, today
        self._standards = standards
        self._shared = Shared()

    def lines(self, judged: DeviceVerdict) -> Iterator[Line]:
        """A line for each step; a single one where there is none."""
        asset = judged.asset
        if asset.state not in WORKING:
            yield Line(asset=asset, action=Action.EXEMPT, reasons=self._shared.each((_exempt(judged),)))
            return
        needed = need(judged, self._policy.scoring, self._years, self._first, self._today)
        found = steps(needed, self._policy, self._first)
        if not found:
            yield self._kept(asset, judged.measured, needed)
        for step in found:
            yield self._line(judged, step)

    def _kept(self, asset: Asset, measured: Measured, needed: Need) -> Line:
        blind = measured.measured_on is None and support_end(asset, measured) is None
        reasons = [*(str(cause) for cause in needed.causes), *needed.unknown]
        action = Action.UNKNOWN if blind else Action.KEEP
        words = self._shared.each(tuple(reasons or ["no need found"]))
        return Line(asset=asset, action=action, reasons=words, due=needed.due)

    def _line(self, judged: DeviceVerdict, step: Step) -> Line:
        asset, platform = judged.asset, judged.asset.platform or judged.measured.platform
        if platform != asset.platform:
            asset = replace(asset, platform=platform)
        due, rotated = self._rotated(asset, step)
        return Line(
            asset=asset,
            action=step.action,
            reasons=self._shared.each((*map(str, step.causes), *rotated)),
            fund=NETWORK if asset.assignment is Assignment.INFRASTRUCTURE else DEVICES,
            due=due,
            cents=price(asset, step.action, self._policy, self._years, self._first),
            score=step.score,
            alternatives=self._alternatives(asset, judged.measured, step),
            hand_down_to=self._hand_down(judged, step),
        )

    def _alternatives(self, asset: Asset, measured: Measured, step: Step) -> tuple[Alternative, ...]:
        return self._shared.each(tuple(alternatives(asset, measured, step, self._policy.alternatives, self._today)))

    def _rotated(self, asset: Asset, step: Step) -> tuple[int, tuple[str, ...]]:
        """A grade band goes together: at its last turn before the device is due, so never too late."""
        rotation = self._policy.rotation.get(asset.grade_band)
        turn = None if rotation is None else _turn(rotation, step.due)
        if step.action is not Action.REPLACE or turn is None or not self._first <= turn < step.due:
            return step.due, ()
        return turn, (f"turn of {asset.grade_band} in FY{turn} (due in FY{step.due})",)

    def _hand_down(self, judged: DeviceVerdict, step: Step) -> str | None:
        """The first grade band of the policy whose standards it passes, where nothing but its own band's is amiss."""
        failed = {reason.rule for reason in judged.those(Verdict.FAIL)}
        amiss = {cause.rule for cause in step.causes} - {"age"}
        if step.action is not Action.REPLACE or not amiss or not amiss <= failed:
            return None
        for band in self._policy.hand_down:
            moved = replace(judged.asset, grade_band=band)
            if band != judged.asset.grade_band and self._passes(moved, judged.measured):
                return band
        return None

    def _passes(self, asset: Asset, measured: Measured) -> bool:
        return judge(asset, measured, self._standards, self._today).verdict is Verdict.PASS

    def spares(self, judged: Sequence[DeviceVerdict]) -> Iterator[Line]:
        """Spares that each school is short of, by the platform that most of its students have."""
        by_school: dict[str, list[DeviceVerdict]] = {}
        for each in judged:
            by_school.setdefault(each.asset.school_id, []).append(each)
        for school_id, mine in sorted(by_school.items()):
            used = [each.asset for each in mine if each.asset.state in WORKING and each.asset.assignment in _STUDENT]
            have = sum(self._usable_spare(each) for each in mine)
            wanted = int((len(used) * self._policy.spare_ratio).to_integral_value(ROUND_CEILING))
            for number in range(have, wanted):
                yield self._spare(school_id, used, have, wanted, number)

    def _usable_spare(self, each: DeviceVerdict) -> bool:
        end = support_end(each.asset, each.measured)
        supported = end is None or end >= self._years.first_day(self._first)
        return each.asset.state is LifeState.SPARE and supported and not each.measured.disk_failing

    def _spare(self, school_id: str, used: Sequence[Asset], have: int, wanted: int, number: int) -> Line:
        platforms = Counter(asset.platform or "" for asset in used)
        platform = min(platforms, key=lambda name: (-platforms[name], name))
        asset = Asset(
            asset_tag=f"new spare {number + 1}",
            school_id=school_id,
            platform=platform or None,
            assignment=Assignment.ONE_TO_ONE,
            state=LifeState.SPARE,
        )
        reason = f"spares {have} for {len(used)} devices ({self._policy.spare_ratio} of them are {wanted})"
        reasons = self._shared.each((reason,))
        cents = price(asset, Action.SPARE, self._policy, self._years, self._first)
        return Line(asset=asset, action=Action.SPARE, reasons=reasons, due=self._first, cents=cents)


def _turn(rotation: Rotation, due: int) -> int | None:
    """The last turn of a grade band in or before a year."""
    return None if due < rotation.first else due - (due - rotation.first) % rotation.every


def _exempt(judged: DeviceVerdict) -> str:
    said = gone(judged.asset)
    return f"{said}, but reported on {judged.measured.measured_on}" if _alive(judged) else said


def _alive(judged: DeviceVerdict) -> bool:
    return alive(judged.asset, judged.measured.measured_on)


def _dated(lines: Sequence[Line], horizon: Horizon) -> tuple[tuple[Line, ...], list[Purchase]]:
    """Give each line its year and the price of that year, and bring all into the order in which they are read."""
    purchases: dict[int, Purchase] = {}
    for number, line in enumerate(lines):
        if line.due is not None and line.cents is not None:
            key = (line.asset.school_id, line.asset.name, line.action.value, f"{number:09d}")
            purchases[number] = Purchase(key=key, fund=line.fund, due=line.due, score=line.score, cents=line.cents)
    years = schedule(list(purchases.values()), horizon)
    dated = []
    for number, line in enumerate(lines):
        purchase = purchases.get(number)
        year = years.get(purchase.key) if purchase else None
        cents = horizon.price(purchase, year) if purchase and year is not None else line.cents
        same = (year, cents) == (line.year, line.cents)
        dated.append(line if same else replace(line, year=year, cents=cents))
    return tuple(sorted(with_moves(dated), key=_read)), list(purchases.values())


def _read(line: Line) -> tuple[object, ...]:
    never = 9999
    return (line.year or never, line.due or never, -line.score, line.asset.school_id, line.asset.name, line.action)


def _many(count: int, one: str, more: str) -> str:
    """A count with its noun, and its verb."""
    return f"{count:,} {one if count == 1 else more}"


def _notes(
    judged: Sequence[DeviceVerdict], lines: Sequence[Line], purchases: Sequence[Purchase], horizon: Horizon
) -> Iterator[str]:
    if dear := too_dear(purchases, horizon):
        first = min(dear, key=lambda each: each.place)
        yield (
            f"{_many(len(dear), 'purchase costs', 'purchases cost')} more than any year's {first.fund} budget, "
            f"the first for ${money.dollars(first.cents)}; nothing due after it is bought"
        )
    unpriced = sum(line.due is not None and line.cents is None and line.buys for line in lines)
    if unpriced:
        due = _many(unpriced, "purchase is", "purchases are")
        yield f"{due} due and without a price: add a replacement to refresh.yml"
    if waiting := sum(line.waits for line in lines):
        yield f"{_many(waiting, 'purchase waits', 'purchases wait')} beyond the plan's last year"
    if unknown := sum(line.action is Action.UNKNOWN for line in lines):
        yield f"{_many(unknown, 'device', 'devices')} cannot be judged: no report, and no support end that is known"
    if alive := sum(_alive(each) for each in judged):
        yield f"{_many(alive, 'device is', 'devices are')} said to be gone and still reporting"
