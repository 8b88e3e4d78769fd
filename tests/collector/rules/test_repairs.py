from datetime import date

from homeroom_collector.rules.repairs import Repair, StateChange, recent, repairs, typical_days

TODAY = date(2026, 11, 22)


def change(day: int, state: str, subject: str = "A1", month: int = 10) -> StateChange:
    return StateChange(subject=subject, on=date(2026, month, day), state=state)


def test_a_repair_lasts_from_the_state_to_the_next_one() -> None:
    found = repairs([change(1, "repair"), change(11, "in_use"), change(2, "repair", "A2"), change(20, "stored", "A3")])
    assert found == {
        "A1": (Repair(began_on=date(2026, 10, 1), ended_on=date(2026, 10, 11)),),
        "A2": (Repair(began_on=date(2026, 10, 2), ended_on=None),),
    }
    assert found["A1"][0].days(TODAY) == 10
    assert found["A2"][0].days(TODAY) == 51


def test_the_typical_time_is_the_median_of_what_ended_lately() -> None:
    found = repairs(
        [
            change(1, "repair"), change(3, "in_use"), change(4, "repair"), change(8, "in_use"),
            change(1, "repair", "A2"), change(21, "in_use", "A2"), change(1, "repair", "A3"),
        ]
    )  # fmt: skip
    assert typical_days(["A1", "A2", "A3"], found, TODAY, 365) == 4
    assert typical_days(["A3"], found, TODAY, 365) is None
    assert typical_days(["A1"], found, TODAY, 30) is None
    assert recent(found["A1"], TODAY, 365) == 2
    assert recent(found["A1"], TODAY, 30) == 0
