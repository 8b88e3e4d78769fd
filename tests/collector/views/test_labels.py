"""Whatever a device says its parts are called, a scrape stays readable and says exactly that."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from fleet_samples import NOW, gear
from homeroom_agent.report import Filesystem, Identity, Report
from homeroom_agent.report.network import Interface
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Device, School
from homeroom_collector.views.metrics.document import pieces
from homeroom_collector.views.metrics.formats import OPENMETRICS, TEXT, accepts_gzip, choose

NASTY = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from('\\"\n\r\t{},=# \x00\x1f\u2028é漢😀')),
    min_size=1,
    max_size=30,
)


def both(fleet: Fleet) -> list[dict[str, list[dict[str, str]]]]:
    """Label sets by sample name, once from each format."""
    answers = []
    for form, parse in ((TEXT, parse_text), (OPENMETRICS, parse_openmetrics)):
        document = b"".join(pieces(form, tuple(fleet.schools), per_device=True)) + form.process(CollectorRegistry())
        found: dict[str, list[dict[str, str]]] = {}
        for family in parse(document.decode("utf-8")):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(sample.labels)
        answers.append(found)
    return answers


@given(NASTY, NASTY, NASTY, st.lists(NASTY, min_size=1, max_size=4, unique=True))
def test_any_text_comes_back_from_both_formats(school: str, device: str, model: str, mounts: list[str]) -> None:
    fleet = Fleet()
    fleet.put_school(School(school_id=school, name=model))
    fleet.put_device(Device(device_id=device, device_class="computer", school_id=school))
    filesystems = [Filesystem(mount=mount, size_bytes=1) for mount in mounts]
    identity = Identity(platform="linux", model=model)
    fleet.apply(
        device, Report(source="agent", sequence=1, measured_at=NOW, identity=identity, filesystems=filesystems), NOW
    )
    for found in both(fleet):
        sizes = found["homeroom_device_filesystem_size_bytes"]
        assert sizes == [{"school": school, "device": device, "mount": mount} for mount in mounts]
        assert found["homeroom_device_info"][0]["model"] == model
        assert found["homeroom_school_info"] == [{"school": school, "name": model, "level": "other"}]
        assert found["homeroom_devices"][0]["model"] == model


@given(st.lists(st.sampled_from(["1", "1#1", "1#2", "1#1#1", ""]), max_size=8))
def test_no_set_of_port_names_makes_two_series_the_same(names: list[str]) -> None:
    fleet = Fleet()
    fleet.put_device(Device(device_id="switch", device_class="network", school_id="ps1"))
    ports = [Interface(index=number, name=name, in_octets=number) for number, name in enumerate(names, 1)]
    fleet.apply("switch", gear(*ports), NOW)
    for found in both(fleet):
        received = [labels["interface"] for labels in found.get("homeroom_interface_receive_bytes_total", [])]
        assert len(received) == len(set(received)) == len(names)


def test_half_a_character_does_not_stop_a_scrape() -> None:
    fleet = Fleet()
    fleet.put_device(Device(device_id="d\ud800", device_class="computer", school_id="ps1"))
    for found in both(fleet):
        assert found["homeroom_device_presence"][0]["device"] == "d?"


@given(st.text(max_size=80))
def test_any_accept_header_gets_an_answer(header: str) -> None:
    assert choose(header) in (TEXT, OPENMETRICS)
    assert accepts_gzip(header) in (True, False)


def test_quality_decides_between_the_formats() -> None:
    for header, expected in [
        ("", TEXT),
        ("application/openmetrics-text", OPENMETRICS),
        ("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.9", TEXT),
        ("application/openmetrics-text;version=2.0.0", TEXT),
        ("application/openmetrics-text;q=0", TEXT),
        ("Application/OpenMetrics-Text; version=0.0.1; charset=utf-8", OPENMETRICS),
    ]:
        assert choose(header) is expected
    for coding, taken in [("gzip", True), ("*", True), ("gzip;q=0", False), ("identity", False), ("gzip;q=0,*", False)]:
        assert accepts_gzip(coding) is taken
