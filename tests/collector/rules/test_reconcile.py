from datetime import date

import pytest

from homeroom_collector.rules.asset import GONE, Asset, Assignment, LifeState
from homeroom_collector.rules.reconcile import Kind, Seen, reconcile

TODAY = date(2026, 11, 22)
YESTERDAY, LONG_AGO = date(2026, 11, 21), date(2026, 6, 1)


def seen(reported_on: date | None, *, registered: bool = True, enrolled: str | None = None, **more: object) -> Seen:
    values: dict[str, object] = {"asset_tag": "A1", "serial": "S1", "school_id": "lincoln"}
    asset = Asset(**(values | more))  # type: ignore[arg-type] # several types
    return Seen(asset=asset, registered=registered, reported_on=reported_on, enrolled_school=enrolled)


@pytest.mark.parametrize(
    ("device", "kinds"),
    [
        (seen(YESTERDAY, enrolled="lincoln"), []),
        (seen(None), [Kind.GHOST]),
        (seen(LONG_AGO), [Kind.CLOSET]),
        (seen(date(2026, 9, 23)), []),  # sixty days ago is not yet too long
        (seen(YESTERDAY, registered=False), [Kind.UNREGISTERED]),
        (seen(YESTERDAY, enrolled="roosevelt"), [Kind.WRONG_SCHOOL]),
        (seen(YESTERDAY, state=LifeState.DISPOSED, state_on=LONG_AGO), [Kind.GONE_BUT_ALIVE]),
        (seen(LONG_AGO, state=LifeState.DISPOSED, state_on=LONG_AGO), []),
        (seen(None, state=LifeState.STORED), []),
        (seen(None, assignment=Assignment.INFRASTRUCTURE), []),
    ],
)
def test_each_contradiction_has_its_kind_and_what_agrees_has_none(device: Seen, kinds: list[Kind]) -> None:
    assert [found.kind for found in reconcile([device], TODAY, silent_days=60)] == kinds


def test_two_assets_with_one_serial_number_are_both_named() -> None:
    pair = [seen(YESTERDAY, asset_tag="A1"), seen(YESTERDAY, asset_tag="A2", serial="s1")]
    found = reconcile(pair, TODAY, silent_days=60)
    assert [(each.kind, each.asset.name) for each in found] == [
        (Kind.DUPLICATE_SERIAL, "A1"),
        (Kind.DUPLICATE_SERIAL, "A2"),
    ]
    assert found[0].register_says == "2 assets with serial number S1"


def test_the_console_is_set_against_the_register() -> None:
    def kinds(*, managed: bool | None, state: LifeState = LifeState.IN_USE, console: bool = True) -> list[Kind]:
        asset = Asset(asset_tag="A1", serial="S1", platform="chromeos", state=state)
        seen = Seen(asset=asset, registered=True, reported_on=None if state in GONE else TODAY, managed=managed)
        return [each.kind for each in reconcile([seen], TODAY, silent_days=60, console=console)]

    assert kinds(managed=True) == []
    assert kinds(managed=None) == kinds(managed=False) == [Kind.NOT_IN_CONSOLE]
    assert kinds(managed=None, console=False) == []
    assert kinds(managed=True, state=LifeState.DISPOSED) == [Kind.GONE_BUT_MANAGED]
    assert kinds(managed=False, state=LifeState.DISPOSED) == []
