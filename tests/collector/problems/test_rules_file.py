"""``rules.yml``: every kind, its defaults, and what is wrong with it."""

from pathlib import Path

import pytest

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.problems.settings import ProblemSettings, RuleSettings, load
from homeroom_collector.rules.health.catalog import DEFAULTS
from homeroom_collector.rules.problem import Severity

EXAMPLE = Path(__file__).parents[3] / "configs" / "rules.yml"


def test_the_example_shows_every_rule_with_its_default():
    written = strict.read_yaml(EXAMPLE)
    assert set(written) == set(ProblemSettings.__dataclass_fields__)
    assert list(written["rules"]) == list(DEFAULTS)
    book, defaults = load(EXAMPLE), load(None)
    assert {kind: book.rule("", kind) for kind in DEFAULTS} == {kind: defaults.rule("", kind) for kind in DEFAULTS}
    for name in ("every_seconds", "keep_closed_seconds", "critical_members", "collection"):
        assert getattr(book, name) == getattr(defaults, name)
    durations = ("lasts", "clears", "reopens", "window")
    for kind, rule in DEFAULTS.items():
        names = {name: f"{name}_seconds" if name in durations else name for name in RuleSettings.__dataclass_fields__}
        meant = {name for name, field in names.items() if getattr(rule, field) is not None}
        assert set(written["rules"][kind]) == meant, kind


def test_a_school_may_differ(tmp_path: Path):
    file = tmp_path / "rules.yml"
    file.write_text(
        "rules: {battery_worn: {enter: 0.6, leave: 0.7, severity: warning}}\n"
        "schools: {lincoln: {battery_worn: {enter: 0.4}, device_missing: {enabled: false}}}\n"
    )
    book = load(file)
    lincoln, district = book.rule("lincoln", "battery_worn"), book.rule("roosevelt", "battery_worn")
    assert lincoln is not None
    assert district is not None
    assert (lincoln.enter, lincoln.leave, lincoln.severity) == (0.4, 0.7, Severity.WARNING)
    assert (district.enter, district.leave) == (0.6, 0.7)
    assert book.rule("lincoln", "device_missing") is None
    assert book.rule("roosevelt", "device_missing") is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: {batery_worn: {}}", "rules.batery_worn: unknown key; did you mean 'battery_worn'?"),
        ("rules: {disk_full: {entr: 1}}", "rules.disk_full.entr: unknown key; did you mean 'enter'?"),
        ("rules: {disk_failing: {enter: 1}}", "rules.disk_failing.enter: this rule has none"),
        ("rules: {disk_full: {window: 1h}}", "rules.disk_full.window: this rule has none"),
        ("rules: {disk_full: {leave: 0.01}}", "leave (0.01) lies on the wrong side of enter (0.05)"),
        ("schools: {lincoln: {cpu_high: {leave: 0.99}}}", "schools.lincoln.cpu_high: leave (0.99)"),
        ("rules: {cpu_high: {severity: urgent}}", "rules.cpu_high.severity"),
        ("every: 0s", "every: must be at least 1s"),
        ("collection: [{first: May, last: 08-10}]", "'May' is not a month and a day"),
        ("collection: [{first: 13-01, last: 08-10}]", "'13-01' is not a day"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str):
    file = tmp_path / "rules.yml"
    file.write_text(text)
    with pytest.raises(ConfigError) as found:
        load(file)
    assert any(says in problem for problem in found.value.problems), found.value.problems
