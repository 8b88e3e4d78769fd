"""Windows: ``powercfg /batteryreport /xml``. No rights needed, but seconds of work, so a fallback.

Only ``Batteries/Battery`` is read: RuntimeEstimates repeats the names DesignCapacity and FullChargeCapacity, and the
history is long. Capacities are milliwatt hours unless RelativeCapacity is 1. The report holds the computer's name and
dates of use; they are not read.
"""

from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.battery.pack import Pack, cycles, document, watt_hours
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import clean, number, whole

NAMESPACE = "http://schemas.microsoft.com/battery/2012"
_SEPARATOR = " "
_MOST_BATTERIES = 16
_LONGEST_TEXT = 400


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.powercfg.xml`` capture."""
    report = _Report()
    report.read(raw)
    system = report.system
    own = [fields for fields in report.batteries if fields.get("LongTerm") != "0"]
    return document(
        [_pack(fields, index) for index, fields in enumerate(own)],
        ups=[{"name": _name(fields, 0), **_capacities(fields)} for fields in report.batteries if fields not in own],
        system_manufacturer=real_text(system.get("SystemManufacturer"), 80),
        system_model=real_text(system.get("SystemProductName"), 120),
    )


class _Report:
    """The two parts of the report that are read, while the parser streams through the rest."""

    def __init__(self) -> None:
        self.batteries: list[dict[str, str]] = []
        self.system: dict[str, str] = {}
        self._path: list[str] = []
        self._text = ""

    def read(self, raw: bytes) -> None:
        """Fill in what the report says. Raises CaptureError where it is not one."""
        from xml.parsers import expat  # only on Windows, and for captures

        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        # powercfg writes no document type; whoever does wants entities, which can grow without bound.
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(raw, True)  # noqa: FBT003 - expat takes no keyword
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise CaptureError(f"not a battery report: {error}") from None

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if not self._path and tag != f"{NAMESPACE}{_SEPARATOR}BatteryReport":
            raise CaptureError(f"not a battery report: its root is {tag[-80:]}")
        self._path.append(tag.removeprefix(f"{NAMESPACE}{_SEPARATOR}"))
        self._text = ""
        if self._path[1:] == ["Batteries", "Battery"] and len(self.batteries) < _MOST_BATTERIES:
            self.batteries.append({})

    def _data(self, text: str) -> None:
        self._text = (self._text + text)[:_LONGEST_TEXT]

    def _end(self, _tag: str) -> None:
        match self._path[1:]:
            case ["Batteries", "Battery", name] if self.batteries:
                self.batteries[-1].setdefault(name, self._text)
            case ["SystemInformation", name]:
                self.system.setdefault(name, self._text)
        self._path.pop()
        self._text = ""


def _refuse_doctype(*_declaration: object) -> None:
    raise CaptureError("not a battery report: it declares a document type")


def _name(fields: dict[str, str], index: int) -> str:
    return clean(fields.get("Id"), 32) or f"battery {index + 1}"


def _capacities(fields: dict[str, str]) -> dict[str, float | None]:
    """Watt hours; a zero design is one that the firmware does not give."""
    relative = fields.get("RelativeCapacity", "").strip() == "1"
    design, full = (
        None if relative else number(fields.get(key), 0) for key in ("DesignCapacity", "FullChargeCapacity")
    )
    return {
        "design_capacity_wh": watt_hours(design or None, 1e3),
        "full_charge_capacity_wh": watt_hours(full, 1e3) if design or full else None,
    }


def _pack(fields: dict[str, str], index: int) -> Pack:
    sizes = _capacities(fields)
    design, full = number(fields.get("DesignCapacity"), 1), number(fields.get("FullChargeCapacity"), 0)
    return Pack(
        name=_name(fields, index),
        design_wh=sizes["design_capacity_wh"],
        full_wh=sizes["full_charge_capacity_wh"],
        stated_health_ratio=number(full / design, 0, 2) if design and full is not None else None,
        cycle_count=cycles(whole(fields.get("CycleCount"), 0, 100_000)),
        manufacturer=real_text(fields.get("Manufacturer"), 80),
        model=real_text(fields.get("Id"), 80),
        serial_present=real_text(fields.get("SerialNumber")) is not None,
    )
