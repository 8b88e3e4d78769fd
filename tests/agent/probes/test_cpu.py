"""The processor probe: windows between runs, boots, and processors that the kernel names in other words."""

from pathlib import Path

import pytest

from homeroom_agent.probes import cpu


def test_usage_covers_the_span_since_the_last_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cpu, "_times_seconds", lambda: (130.0, 500.0))
    memory = {"busy_seconds": 100.0, "total_seconds": 400.0}
    assert cpu._usage_ratio(memory) == 0.3
    assert memory == {"busy_seconds": 130.0, "total_seconds": 500.0}


def test_after_a_boot_the_old_counters_are_forgotten():
    memory = {"busy_seconds": 1e12, "total_seconds": 1e13}
    usage = cpu._usage_ratio(memory)
    assert usage is None or 0 <= usage <= 1
    assert memory["total_seconds"] < 1e12


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("processor\t: 0\nmodel name\t: Intel(R) Celeron(R) N4020\n", "Intel(R) Celeron(R) N4020"),
        ("processor\t: 0\nBogoMIPS\t: 48.0\n\nHardware\t: Qualcomm SC7180\n", "Qualcomm SC7180"),
        ("processor\t: 0\nBogoMIPS\t: 48.0\n", None),
    ],
)  # fmt: skip
def test_the_processor_is_named_by_the_words_its_kernel_uses(tmp_path: Path, text: str, model: str | None):
    (tmp_path / "cpuinfo").write_text(text)
    assert cpu.linux_model(tmp_path / "cpuinfo") == model


def test_throttling_is_counted_once_per_package(tmp_path: Path):
    for core, count in enumerate((7, 7, 7, 7)):
        for name, value in (("thermal_throttle/package_throttle_count", count), ("topology/physical_package_id", 0)):
            file = tmp_path / f"cpu{core}" / name
            file.parent.mkdir(parents=True)
            file.write_text(f"{value}\n")
    assert cpu.throttled_total(tmp_path) == 7
    assert cpu.throttled_total(tmp_path / "none") is None
