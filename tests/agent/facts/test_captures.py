"""Every capture of the shared device set gives its expected facts, and none of any format breaks a parser."""

import json

import pytest
from tests.agent.facts.samples import Sample, differences, parameters

from homeroom_agent.errors import CaptureError, CaptureFormatError
from homeroom_agent.parsers import parse
from homeroom_agent.parsers.registry import FORMATS


def is_read(sample: Sample) -> bool:
    return any(sample.path.name.endswith(suffix) for suffix in FORMATS.get(sample.kind, {}))


@pytest.mark.parametrize("sample", parameters(is_read))
def test_a_capture_gives_its_expected_facts(sample: Sample):
    facts = json.loads(json.dumps(parse(sample.kind, sample.path), allow_nan=False))
    assert differences(sample, facts) == []


@pytest.mark.parametrize("sample", parameters())
def test_a_capture_read_as_any_kind_gives_facts_or_says_why_not(sample: Sample):
    for kind in FORMATS:
        try:
            json.dumps(parse(kind, sample.path), allow_nan=False)
        except (CaptureError, CaptureFormatError) as error:
            assert str(error)  # noqa: PT017 - either outcome is right, silence is not
