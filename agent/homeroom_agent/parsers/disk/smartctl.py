"""Any system: ``smartctl --json --xall`` (smartmontools 7.0 and later). Needs administrator rights.

Bits 2 (0x04, a command failed) and 6 (0x40, the error log has entries) of its exit status are no failure of the drive;
with bits 0 and 1 there are no data. "raw.value" packs several numbers, "raw.string" shows them.
"""

from collections.abc import Mapping
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.disk import attributes
from homeroom_agent.parsers.disk.attributes import MOST_HOURS, Attribute
from homeroom_agent.parsers.disk.drive import Drive, DriveType, document
from homeroom_agent.parsers.disk.names import is_flash, is_virtual, is_volume
from homeroom_agent.parsers.disk.nvme import warnings
from homeroom_agent.parsers.disk.temperature import celsius
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import clean, whole

_EXIT_FAILING, _EXIT_PREFAIL = 0x08, 0x10
_ENDURANCE_PAGE = 7  # "Solid State Device Statistics", ACS-4
_NVME_LOG = "nvme_smart_health_information_log"
_MOST_ROWS = 256


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.smartctl.json`` capture; a drive that could not be opened gives a drive without facts."""
    return document([parse_one(raw)])


def parse_one(raw: bytes) -> Drive:
    """The drive of one JSON report. Raises CaptureError where it is not smartctl's."""
    return drive(capture.json_object(raw))


def drive(report: Mapping[str, Any]) -> Drive:
    """The drive of one report. Raises CaptureError where it is not smartctl's."""
    if not isinstance(report.get("smartctl"), dict) and not isinstance(report.get("device"), dict):
        raise CaptureError("not a smartctl report: it has neither smartctl nor device")
    kind, model = _type(report), _model(report)
    table, health = _table(report), _section(report, _NVME_LOG)
    volume = is_volume(model)
    return Drive(
        name=(clean(_section(report, "device").get("name"), 64) or "").rpartition("/")[2][:32],
        model=model,
        serial_present=real_text(report.get("serial_number")) is not None,
        type="unknown" if volume else kind,
        smart_passed=_passed(report, health),
        percent_used=None if kind == "hdd" else _percent_used(report, table, health),
        available_spare_percent=_spare(report, health) if kind == "nvme" else None,
        media_errors=_media_errors(report, health),
        reallocated=_first(attributes.reallocated(table), whole(report.get("scsi_grown_defect_list"))),
        pending=attributes.pending(table),
        power_on_hours=None if volume else _hours(report, table, health),
        temperature_celsius=_temperature(report, table, health),
        capacity_bytes=_capacity(report),
        alarms=tuple(_alarms(report, table, health, kind)),
    )


def _section(report: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """A section inside sections; empty where there is none."""
    value: object = report
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _model(report: Mapping[str, Any]) -> str | None:
    words = [clean(report.get(f"scsi_{key}") or report.get(key), 40) for key in ("vendor", "product")]
    joined = " ".join(word for word in words if word)
    return real_text(report.get("model_name") or report.get("scsi_model_name") or joined, 80)


def _type(report: Mapping[str, Any]) -> DriveType:
    device, model = _section(report, "device"), _model(report)
    if "nvme" in (str(device.get("protocol")).lower(), str(device.get("type")).lower()) or _has_log(report):
        return "nvme"
    if is_virtual(model):
        return "virtual"
    rotation = whole(report.get("rotation_rate"))
    if rotation is None:
        flash = _section(report, "trim").get("supported") is True or is_flash(model, report.get("model_family"))
        return "ssd" if flash else "unknown"
    return "ssd" if rotation == 0 else "hdd"


def _has_log(report: Mapping[str, Any]) -> bool:
    return any(value is not None for value in _section(report, _NVME_LOG).values())


def _passed(report: Mapping[str, Any], health: Mapping[str, Any]) -> bool | None:
    stated = _section(report, "smart_status").get("passed")
    if isinstance(stated, bool):
        return stated
    warning = whole(health.get("critical_warning"), 0, 255)
    return None if warning is None else warning == 0


def _percent_used(report: Mapping[str, Any], table: list[Attribute], health: Mapping[str, Any]) -> int | None:
    return _first(
        whole(health.get("percentage_used"), 0, 255),
        whole(_section(report, "endurance_used").get("current_percent"), 0, 255),
        _endurance_indicator(report),
        whole(report.get("scsi_percentage_used_endurance_indicator"), 0, 255),
        attributes.percent_used(table, clean(report.get("model_family"), 80), _model(report)),
    )


def _endurance_indicator(report: Mapping[str, Any]) -> int | None:
    """The one wear figure that the ATA standard defines, where the drive marks it valid."""
    for page in _list(_section(report, "ata_device_statistics").get("pages")):
        if whole(page.get("number")) == _ENDURANCE_PAGE:
            for row in _list(page.get("table")):
                if row.get("name") == "Percentage Used Endurance Indicator" and _section(row, "flags").get("valid"):
                    return whole(row.get("value"), 0, 255)
    return None


def _spare(report: Mapping[str, Any], health: Mapping[str, Any]) -> int | None:
    return _first(
        whole(health.get("available_spare"), 0, 100),
        whole(_section(report, "spare_available").get("current_percent"), 0, 100),
    )


def _media_errors(report: Mapping[str, Any], health: Mapping[str, Any]) -> int | None:
    if (stated := whole(health.get("media_errors"))) is not None:
        return stated
    log = _section(report, "scsi_error_counter_log")
    counts = [whole(_section(log, way).get("total_uncorrected_errors")) for way in ("read", "write", "verify")]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _hours(report: Mapping[str, Any], table: list[Attribute], health: Mapping[str, Any]) -> int | None:
    return _first(
        whole(health.get("power_on_hours"), 0, MOST_HOURS),
        whole(_section(report, "power_on_time").get("hours"), 0, MOST_HOURS),
        attributes.power_on_hours(table),
    )


def _temperature(report: Mapping[str, Any], table: list[Attribute], health: Mapping[str, Any]) -> float | None:
    stated = (_section(report, "temperature").get("current"), attributes.temperature(table), health.get("temperature"))
    return next((measured for value in stated if (measured := celsius(value)) is not None), None)


def _capacity(report: Mapping[str, Any]) -> int | None:
    spaces = _list(report.get("nvme_namespaces"))
    return _first(
        whole(_section(report, "user_capacity").get("bytes"), 1),
        whole(report.get("nvme_total_capacity"), 1),
        whole(_section(spaces[0], "capacity").get("bytes"), 1) if spaces else None,
    )


def _alarms(report: Mapping[str, Any], table: list[Attribute], health: Mapping[str, Any], kind: DriveType) -> list[str]:
    status = whole(_section(report, "smartctl").get("exit_status"), 0, 255) or 0
    found = ["smartctl reports the drive failing"] if status & (_EXIT_FAILING | _EXIT_PREFAIL) else []
    found += attributes.failing(table)
    found += warnings(whole(health.get("critical_warning"), 0, 255) or 0)
    spare, threshold = whole(health.get("available_spare")), whole(health.get("available_spare_threshold"))
    if spare is not None and threshold is not None and spare < threshold:
        found.append("spare blocks are below the drive's threshold")
    if kind == "hdd" and (count := attributes.uncorrected(table)):
        found.append(f"{count} uncorrected sectors")
    return found


def _table(report: Mapping[str, Any]) -> list[Attribute]:
    rows = _list(_section(report, "ata_smart_attributes").get("table"))
    return [attribute for row in rows if (attribute := _attribute(row)) is not None]


def _attribute(row: Mapping[str, Any]) -> Attribute | None:
    number, name = whole(row.get("id"), 1, 255), clean(row.get("name"), 60)
    if number is None or name is None:
        return None
    raw = _section(row, "raw")
    raw_text = clean(raw.get("string"), 60) or ""
    return Attribute(
        id=number,
        name=name,
        value=whole(row.get("value"), 0, 255),
        raw=attributes.raw_number(raw_text, raw.get("value")),
        raw_text=raw_text,
        failing_now=row.get("when_failed") == "now",
        prefailure=_section(row, "flags").get("prefailure") is True,
    )


def _list(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value[:_MOST_ROWS] if isinstance(item, Mapping)] if isinstance(value, list) else []
