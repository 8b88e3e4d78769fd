"""Alerts as incidents, and what follows from what Alertmanager shows."""

from dataclasses import replace

import pytest

from homeroom_collector.rules.alerts import Alert, believed, hushed, incidents, reconciled
from homeroom_collector.rules.maintenance import Window
from ticket_samples import NOON


def alert(fingerprint: str = "a", **labels: str) -> Alert:
    given = {"alertname": "HomeroomDeviceDown", "school": "lincoln", "incident": "device_down", "severity": "warning"}
    return Alert(
        fingerprint=fingerprint,
        labels=given | {"device": fingerprint} | labels,
        annotations={"summary": f"{fingerprint} does not answer", "runbook_url": "https://wiki/x"},
        firing=True,
        started_at=NOON,
    )


def test_alerts_of_one_school_and_kind_are_one_incident():
    [found] = incidents([alert("a"), alert("b"), alert("c", severity="critical")])
    assert found.key == "lincoln/device_down/-"
    assert (found.severity, found.members, found.summary) == (
        "critical", ("a", "b", "c"), "c does not answer and 2 more",
    )  # fmt: skip


def test_a_subject_makes_an_incident_of_its_own():
    found = incidents([alert("a", subject="core 1"), alert("b"), alert("c", school="adams")])
    keys = {"lincoln/device_down/core~201", "lincoln/device_down/-", "adams/device_down/-"}
    assert {each.key for each in found} == keys


def test_what_is_over_explained_or_no_incident_at_all_makes_none():
    over = replace(alert("a"), firing=False)
    explained = replace(alert("b"), inhibited=True)
    assert incidents([over, explained, alert("c", severity="none"), alert("d", alertname="Watchdog")]) == []


def test_an_incident_is_quiet_where_all_of_it_is_silenced():
    silenced = replace(alert("a"), quiet=True)
    assert [each.quiet for each in incidents([silenced])] == [True]
    assert [each.quiet for each in incidents([silenced, alert("b")])] == [False]


def test_maintenance_of_homeroom_is_a_silence_too():
    school = Window(starts_at=NOON - 10, ends_at=NOON + 10, school_id="lincoln")
    device = Window(starts_at=NOON - 10, ends_at=NOON + 10, device_id="a")
    both = [alert("a"), alert("b", school="adams")]
    assert [each.quiet for each in hushed(both, [school], NOON)] == [True, False]
    assert [each.quiet for each in hushed(both, [device], NOON)] == [True, False]
    assert [each.quiet for each in hushed(both, [school, device], NOON + 10)] == [False, False]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ({"incident": "uplink_down"}, "uplink_down"),
        ({"incident": "", "alertname": "NodeDiskFull"}, "node_disk_full"),
        ({"incident": "", "alertname": "80% full"}, "alert_80_full"),
        ({"incident": "x'; DROP TABLE"}, "x_drop_table"),
        ({"incident": "", "alertname": ""}, "alert"),
    ],
)
def test_any_labels_make_a_proper_kind(labels: dict[str, str], kind: str):
    assert alert("a", **labels).kind == kind
    assert len(incidents([alert("a", **labels)])) == 1


def test_an_unknown_severity_is_a_warning():
    assert [each.severity for each in incidents([alert(severity="page")])] == ["warning"]


def test_what_is_not_shown_twice_in_a_row_is_over():
    known = {"a": alert("a")}
    [once] = reconciled(known, {}, NOON)
    assert (once.firing, once.absences) == (True, 1)
    [twice] = reconciled({"a": once}, {}, NOON)
    assert not twice.firing
    assert reconciled({"a": twice}, {}, NOON) == []


def test_what_is_shown_again_counts_from_the_start_and_what_was_never_sent_is_found():
    once = replace(alert("a"), absences=1)
    assert reconciled({"a": once}, {"a": alert("a")}, NOON) == [alert("a")]
    assert reconciled({}, {"b": alert("b")}, NOON) == [alert("b")]
    assert reconciled({"a": alert("a")}, {"a": alert("a")}, NOON) == []


def _keys(alerts: list[Alert], now: float, *, trusted: bool = True) -> list[str]:
    return [each.key for each in incidents(believed(alerts, now, 600, trusted=trusted))]


def test_an_effect_whose_cause_is_gone_is_an_incident_when_that_has_held_and_somebody_watches():
    effect = replace(alert("a"), inhibited=True)
    [freed] = reconciled({"a": effect}, {"a": alert("a")}, NOON)
    assert reconciled({"a": freed}, {"a": alert("a")}, NOON + 700) == []
    assert _keys([freed], NOON + 599) == []
    assert _keys([freed], NOON + 600) == ["lincoln/device_down/-"]
    assert _keys([freed], NOON + 600, trusted=False) == []


def test_an_effect_that_is_explained_again_waits_from_the_next_release():
    [freed] = reconciled({"a": replace(alert("a"), inhibited=True)}, {"a": alert("a")}, NOON)
    [again] = reconciled({"a": freed}, {"a": replace(alert("a"), inhibited=True)}, NOON + 30)
    assert _keys([again], NOON + 9_000) == []
    [freed] = reconciled({"a": again}, {"a": alert("a")}, NOON + 9_000)
    assert _keys([freed], NOON + 9_599) == []
    assert _keys([freed], NOON + 9_600) == ["lincoln/device_down/-"]


def test_what_nothing_explained_or_what_begins_anew_is_an_incident_at_once():
    over = replace(alert("a"), inhibited=True, firing=False)
    [anew] = reconciled({"a": over}, {"a": alert("a")}, NOON)
    assert _keys([anew], NOON, trusted=False) == ["lincoln/device_down/-"]
    assert _keys([alert("b")], NOON, trusted=False) == ["lincoln/device_down/-"]
