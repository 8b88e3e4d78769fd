"""The published list names every field of the wire format, says how long it is kept, and is the generated one."""

from pathlib import Path

import pytest

from homeroom_agent.errors import ReportError
from homeroom_agent.report import privacy
from homeroom_agent.report.codec import shapes

PAGE = Path(__file__).parents[3] / "docs" / "privacy.md"


def test_the_committed_page_is_the_generated_one():
    assert PAGE.read_text(encoding="utf-8") == privacy.page(), (
        "run: python -m homeroom_agent.report.privacy > docs/privacy.md"
    )


def test_a_field_without_an_entry_is_refused():
    listed = {"Fan": {"none": ["name"]}}
    with pytest.raises(ReportError, match=r"without an entry: Fan\.rpm"):
        privacy._check([_fan()], listed)


def test_an_entry_without_a_field_is_refused():
    with pytest.raises(ReportError, match=r"without a field: Fan\.owner"):
        privacy._check([_fan()], {"Fan": {"none": ["name", "rpm"], "use": ["owner"]}})


def test_a_field_cannot_be_both_harmless_and_a_concern():
    with pytest.raises(ReportError, match=r"two entries: Fan\.rpm"):
        privacy._check([_fan()], {"Fan": {"none": ["name", "rpm"], "use": ["rpm"]}})


def test_every_field_says_why_it_is_collected():
    silent = [
        f"{cls.__name__}.{name}"
        for cls in privacy._classes()
        for name, shape in shapes(cls).items()
        if not shape.bounds.why
    ]
    assert silent == []


def test_no_field_is_named_for_what_is_never_collected():
    never = ("user", "email", "ssid", "home", "latitude", "longitude", "url", "process", "window", "title", "key")
    names = [name for cls in privacy._classes() for name in shapes(cls)]
    assert [name for name in names if any(word in name.split("_") for word in never)] == []


def _fan() -> type:
    return next(cls for cls in privacy._classes() if cls.__name__ == "Fan")
