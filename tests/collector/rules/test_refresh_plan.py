from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.fiscal_year import FiscalYears
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.refresh import RefreshPlan, plan
from homeroom_collector.rules.refresh_actions import Action
from homeroom_collector.rules.refresh_policy import RefreshPolicy, Replacement, Rotation
from homeroom_collector.rules.refresh_schedule import Horizon, Purchase, schedule
from homeroom_collector.rules.standards import DeviceVerdict, Standard, judge

TODAY = date(2026, 11, 22)
YEARS = FiscalYears(7, 1)
FIRST, LAST = 2028, 2032
NEVER = LAST + 1
GIB = 2**30
STANDARDS = (
    Standard(name="low", grade_bands=("K-2",), memory_gb=2),
    Standard(name="high", grade_bands=("9-12",), memory_gb=8),
)
POLICY = RefreshPolicy(
    replacements=(
        Replacement(name="Chromebook", cost=Decimal("389.17"), platforms=("chromeos",)),
        Replacement(name="laptop", cost=Decimal("899.99")),
    )
)

purchases = st.lists(
    st.tuples(st.integers(FIRST, LAST + 1), st.integers(0, 200), st.integers(0, 5_000), st.sampled_from(("a", "b"))),
    max_size=40,
).map(
    lambda rows: [
        Purchase(key=(str(number),), fund=fund, due=due, score=score, cents=cents)
        for number, (due, score, cents, fund) in enumerate(rows)
    ]
)
caps = st.lists(st.integers(0, 12_000), min_size=5, max_size=5)
more = st.lists(st.integers(0, 6_000), min_size=5, max_size=5)


def horizon(money: Sequence[int], inflation: str) -> Horizon:
    by_year = dict(zip(range(FIRST, LAST + 1), money, strict=True))
    return Horizon(first=FIRST, years=5, caps={"a": by_year}, inflation=Decimal(inflation))


@given(purchases, caps, st.sampled_from(("0", "0.03", "0.5")))
def test_no_year_ever_exceeds_its_cap_and_nothing_is_bought_before_it_is_due(
    wanted: list[Purchase], money: list[int], inflation: str
) -> None:
    plan_years = horizon(money, inflation)
    years = schedule(wanted, plan_years)
    for year, cap in zip(range(FIRST, LAST + 1), money, strict=True):
        bought = [each for each in wanted if each.fund == "a" and years.get(each.key) == year]
        assert sum(plan_years.price(each, year) for each in bought) <= cap
        assert all(each.due <= year for each in bought)
    # The fund without a cap buys everything in the year it is due.
    assert all(years.get(each.key, NEVER) == each.due for each in wanted if each.fund == "b")


@settings(max_examples=500)
@given(purchases, caps, more, st.sampled_from(("0", "0.03", "0.5")))
def test_raising_the_cap_never_makes_anything_later(
    wanted: list[Purchase], money: list[int], extra: list[int], inflation: str
) -> None:
    poor = schedule(wanted, horizon(money, inflation))
    rich = schedule(wanted, horizon([cap + added for cap, added in zip(money, extra, strict=True)], inflation))
    for each in wanted:
        assert rich.get(each.key, NEVER) <= poor.get(each.key, NEVER)


@given(purchases, caps, st.randoms(use_true_random=False))
def test_the_order_in_which_devices_are_read_changes_nothing(wanted: list[Purchase], money: list[int], chance) -> None:  # type: ignore[no-untyped-def] # random.Random, by hypothesis
    shuffled = list(wanted)
    chance.shuffle(shuffled)
    assert schedule(shuffled, horizon(money, "0.03")) == schedule(wanted, horizon(money, "0.03"))


@st.composite
def devices(draw: st.DrawFn) -> list[DeviceVerdict]:
    """Devices as a district has them: all ages, much of it unknown."""
    days = st.none() | st.dates(date(2014, 1, 1), date(2035, 1, 1))
    count = draw(st.integers(0, 25))
    found = []
    for number in range(count):
        asset = Asset(
            asset_tag=f"T{number}",
            school_id=draw(st.sampled_from(("hill", "vale"))),
            grade_band=draw(st.sampled_from(("K-2", "9-12", ""))),
            assignment=draw(st.none() | st.sampled_from(Assignment)),
            platform=draw(st.sampled_from(("chromeos", "windows"))),
            purchased_on=draw(st.none() | st.dates(date(2012, 1, 1), TODAY)),
            cost_cents=draw(st.none() | st.integers(0, 200_000)),
            state=draw(st.sampled_from((LifeState.IN_USE, LifeState.IN_USE, LifeState.SPARE, LifeState.LOST))),
        )
        measured = Measured(
            measured_on=draw(st.none() | st.just(TODAY)),
            support_end=draw(days),
            memory_installed_bytes=draw(st.none() | st.sampled_from((1 * GIB, 4 * GIB, 8 * GIB))),
            battery_health_ratio=draw(st.none() | st.floats(0.1, 1)),
            disk_failing=draw(st.none() | st.booleans()),
        )
        found.append(judge(asset, measured, STANDARDS, TODAY))
    return found


def planned(judged: Sequence[DeviceVerdict], policy: RefreshPolicy) -> RefreshPlan:
    return plan(judged, policy, YEARS, TODAY, STANDARDS)


policies = st.builds(
    lambda spare, rotation, hand_down: replace(POLICY, spare_ratio=spare, rotation=rotation, hand_down=hand_down),
    st.sampled_from((Decimal(0), Decimal("0.1"))),
    st.sampled_from(({}, {"K-2": Rotation(first=2027, every=2), "9-12": Rotation(first=2029, every=4)})),
    st.sampled_from(((), ("K-2",))),
)


@settings(max_examples=150, deadline=None)
@given(devices(), policies, st.integers(0, 5_000), st.integers(0, 3_000))
def test_a_whole_plan_keeps_its_cap_gives_reasons_and_only_gets_earlier_with_more_money(
    judged: list[DeviceVerdict], policy: RefreshPolicy, budget: int, added: int
) -> None:
    poor = planned(judged, replace(policy, budget=Decimal(budget), network_budget=Decimal(budget)))
    rich = planned(judged, replace(policy, budget=Decimal(budget + added), network_budget=Decimal(budget + added)))
    for result, cap in ((poor, budget), (rich, budget + added)):
        for fund in ("devices", "network"):
            assert all(result.spent(fund, year) <= cap * 100 for year in result.horizon.all)
        assert all(line.reasons for line in result.lines)
        assert all(line.cents is not None for line in result.bought)
    years = [
        {(line.asset.school_id, line.asset.name, line.action): line.year or NEVER for line in result.lines}
        for result in (poor, rich)
    ]
    assert years[0].keys() == years[1].keys()
    assert all(years[1][key] <= years[0][key] for key in years[0])
    assert {each.asset.name for each in judged} <= {line.asset.name for line in poor.lines}
    assert planned(judged, policy) == planned(judged, policy)
    moves = [(line.asset.name, line.hand_down_for) for line in poor.lines if line.hand_down_for]
    assert len({giver for giver, _ in moves}) == len({taker for _, taker in moves}) == len(moves)


def device(tag: str, **facts: object) -> DeviceVerdict:
    asset_facts = {"grade_band", "assignment", "state", "platform", "purchased_on", "cost_cents"}
    asset = {name: value for name, value in facts.items() if name in asset_facts}
    measured = {name: value for name, value in facts.items() if name not in asset_facts}
    base: dict[str, object] = {"asset_tag": tag, "school_id": "hill", "platform": "chromeos"}
    return judge(Asset(**(base | asset)), Measured(measured_on=TODAY, **measured), STANDARDS, TODAY)  # type: ignore[arg-type] # several types


def test_a_grade_band_goes_together_before_the_first_of_it_is_due() -> None:
    judged = [device(f"T{year}", grade_band="K-2", support_end=date(year, 6, 30), memory_installed_bytes=4 * GIB)
              for year in (2028, 2030, 2031)]  # fmt: skip
    result = planned(judged, replace(POLICY, rotation={"K-2": Rotation(first=2029, every=4)}))
    assert {line.asset.name: line.year for line in result.lines} == {"T2028": 2028, "T2030": 2029, "T2031": 2029}
    assert "turn of K-2 in FY2029 (due in FY2031)" in result.lines[-1].reasons


def test_a_device_too_weak_for_its_own_band_is_offered_to_another() -> None:
    judged = [device("T1", grade_band="9-12", memory_installed_bytes=4 * GIB, support_end=date(2034, 6, 30))]
    (line,) = planned(judged, replace(POLICY, hand_down=("K-2",))).lines
    assert (line.action, line.hand_down_to) == (Action.REPLACE, "K-2")
    dead = [device("T1", grade_band="9-12", memory_installed_bytes=4 * GIB, disk_failing=True)]
    assert planned(dead, replace(POLICY, hand_down=("K-2",))).lines[0].hand_down_to is None


def test_a_handed_down_device_takes_the_place_of_the_one_that_needs_it_most_at_its_school() -> None:
    def weak(tag: str, **more: object) -> DeviceVerdict:
        return device(tag, grade_band="9-12", memory_installed_bytes=4 * GIB, support_end=date(2034, 6, 30), **more)

    def worn(tag: str, **more: object) -> DeviceVerdict:
        return device(tag, grade_band="K-2", memory_installed_bytes=1 * GIB, **more)

    judged = [weak("W1"), weak("W2"), weak("W3"), worn("K1"), worn("K2", disk_failing=True)]
    found = planned(judged, replace(POLICY, hand_down=("K-2",)))
    lines = {line.asset.name: line for line in found.lines}
    # Both of K-2 get one, the one with the failing disk first; for the third there is no place.
    assert [lines[name].hand_down_for for name in ("W1", "W2", "W3")] == ["K2", "K1", None]
    offer = lines["K2"].alternatives[0]
    assert str(offer) == "hand-me-down $0.00 (W1, free in FY2028, meets the standards of K-2)"
    assert lines["K2"].action is Action.REPLACE
    assert lines["K2"].year == 2028  # what is bought does not change


def test_nothing_is_handed_down_that_no_year_of_the_plan_sets_free() -> None:
    judged = [
        device("W1", grade_band="9-12", memory_installed_bytes=4 * GIB, support_end=date(2034, 6, 30)),
        device("K1", grade_band="K-2", memory_installed_bytes=1 * GIB),
    ]
    lines = planned(judged, replace(POLICY, hand_down=("K-2",), budget=Decimal(0))).lines
    assert {line.hand_down_for for line in lines} == {None}


def test_a_school_short_of_spares_gets_them_and_an_unsupported_spare_is_none() -> None:
    used = [device(f"T{number}", support_end=date(2034, 6, 30)) for number in range(21)]
    spares = [
        device("S1", state=LifeState.SPARE, support_end=date(2034, 6, 30)),
        device("S2", state=LifeState.SPARE, support_end=date(2025, 6, 30)),
    ]
    result = planned([*used, *spares], replace(POLICY, spare_ratio=Decimal("0.1")))
    # A tenth of 21 is 3, rounded up; one of the two spares still gets updates.
    bought = [line for line in result.lines if line.action is Action.SPARE]
    assert [(line.year, line.cents) for line in bought] == [(2028, 38_917)] * 2


def test_a_device_without_a_price_is_named_and_holds_up_nobody() -> None:
    policy = replace(POLICY, replacements=POLICY.replacements[:1], budget=Decimal(400))
    judged = [device("A", platform="linux", disk_failing=True), device("B", disk_failing=True)]
    result = planned(judged, policy)
    assert {line.asset.name: line.year for line in result.lines} == {"A": None, "B": 2028}
    assert "1 purchase is due and without a price: add a replacement to refresh.yml" in result.notes


def test_a_cap_below_a_single_price_is_said_loudly() -> None:
    result = planned([device("A", disk_failing=True)], replace(POLICY, budget=Decimal(100)))
    assert not result.bought
    assert "1 purchase costs more than any year's devices budget, the first for $389.17" in result.notes[0]
