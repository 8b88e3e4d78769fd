"""A serial number that the configuration states, for a machine that cannot say its own."""

from homeroom_agent.probes import Facts, Probe
from homeroom_agent.report import Cpu, Identity, Unavailable
from homeroom_agent.stated import with_serial

REASON = Unavailable(path="identity.serial", reason="this firmware does not say")


def identity(serial: str | None) -> Probe:
    missing = [] if serial else [REASON, Unavailable(path="identity.model", reason="likewise")]
    return Probe(
        "identity", 86_400.0, lambda _: Facts({"identity": Identity(platform="linux", serial=serial)}, missing)
    )


def test_it_stands_where_the_firmware_says_none_and_needs_no_excuse_then():
    (probe,) = with_serial([identity(None)], "5CD1")
    facts = probe.read({})
    assert facts.sections["identity"].serial == "5CD1"
    assert [row.path for row in facts.unavailable] == ["identity.model"]


def test_the_firmwares_own_goes_before():
    (probe,) = with_serial([identity("REAL")], "5CD1")
    assert probe.read({}).sections["identity"].serial == "REAL"


def test_nothing_stated_changes_nothing_and_other_probes_never_change():
    cpu = Probe("cpu", 0.0, lambda _: Facts({"cpu": Cpu(usage_ratio=0.5)}))
    probes = [identity(None), cpu]
    assert with_serial(probes, "") == probes
    assert with_serial(probes, "5CD1")[1] is cpu
