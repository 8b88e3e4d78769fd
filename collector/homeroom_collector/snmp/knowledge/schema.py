"""The shape of a device profile: what one YAML file in ``profiles/`` may say. Plain data, no behaviour.

Every class is decoded by ``strict``: an unknown key, a wrong type, a broken regular expression or a name that is not
an OID is an error with its dotted path. ``docs/snmp-profiles.md`` explains each key with examples; a test keeps the
two equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, Literal

from homeroom_collector import strict

Dotted = Annotated[str, strict.shaped(r"\d+(\.\d+)+", "a dotted OID, nor does it begin with a name from 'roots'")]
"""An OID without a leading dot. One that ends in ``.0`` is an instance and is asked for; any other is walked."""

Arcs = Annotated[str, strict.shaped(r"\d+(\.\d+)*", "an index: numbers with dots between")]
Reference = Annotated[str, strict.shaped(r"[a-z][a-z0-9_]*|\d+(\.\d+)+", "a name from 'columns' or a dotted OID")]
Match = int | float | str
"""A number, or text compared as a whole without regard to case; ``*`` stands for anything."""
Conditions = dict[str, tuple[Match, ...]]

SensorKind = Literal[
    "temperature", "humidity", "fan_speed", "voltage", "current", "power", "apparent_power", "energy", "power_factor",
    "frequency", "load", "charge", "runtime", "signal", "state", "count", "airflow", "pressure", "distance",
    "dew_point",
]  # fmt: skip
Unit = Literal[
    "celsius", "fahrenheit", "kelvin", "percent", "percent_free", "ratio", "rpm", "volts", "millivolts", "amperes",
    "milliamperes", "watts", "milliwatts", "microwatts", "kilowatts", "volt_amperes", "kilovolt_amperes", "watt_hours",
    "kilowatt_hours", "hertz", "seconds", "minutes", "hours", "ticks", "dbm", "milliwatts_as_dbm", "microwatts_as_dbm",
    "count", "enum", "bytes", "kibibytes", "mebibytes", "gibibytes", "meters", "pascals", "liters_per_second",
]  # fmt: skip
Section = Literal[
    "interfaces", "processors", "memory", "storage", "sensors", "ups", "printer", "poe", "neighbors", "physical"
]
EntityText = Literal[
    "description", "name", "hardware", "firmware", "software", "serial", "maker", "model", "alias", "asset"
]
EntityClass = Literal["other", "chassis", "backplane", "container", "power", "fan", "sensor", "module", "port", "stack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A further column or scalar read beside a rule, under a name of its own."""

    oid: Dotted
    row: Arcs | None = None
    at: str | None = None
    pattern: re.Pattern[str] | None = None
    map: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Where a number is and how it becomes a value: skip, pattern, multiply, divide, offset, unit, in this order."""

    oid: Dotted
    row: Arcs | None = None
    at: str | None = None
    pattern: re.Pattern[str] | None = None
    skip: tuple[Match, ...] = ()
    signed_bits: Literal[8, 16, 32] | None = None
    multiply: float = 1.0
    divide: float = 1.0
    multiply_by: Reference | None = None
    divide_by: Reference | None = None
    decimals: Reference | None = None
    offset: float = 0.0
    unit: Unit | None = None
    fahrenheit_when: Conditions = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    either: str | None = None
    combine: Literal["first", "sum", "average", "maximum", "rows"] = "first"
    columns: dict[str, Annotated[Column, strict.shorthand("oid")]] = field(default_factory=dict)
    when: Conditions = field(default_factory=dict)
    unless: Conditions = field(default_factory=dict)


Numbers = Annotated[list[Number], strict.one_or_many("oid")]
"""One number or several; the first that the device has counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """What a device's own state numbers or words mean. ``of`` names the column; the rule's own value otherwise."""

    ok: tuple[Match, ...] = ()
    warning: tuple[Match, ...] = ()
    critical: tuple[Match, ...] = ()
    unknown: tuple[Match, ...] = ()
    otherwise: Literal["ok", "warning", "critical", "unknown"] = "unknown"
    of: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on the finished value, in the unit Homeroom shows; passing one gives the sensor its status."""

    warning_above: float | None = None
    critical_above: float | None = None
    warning_below: float | None = None
    critical_below: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRule(Number):
    """Sensors: one for each row of a column, or one for a scalar."""

    kind: SensorKind
    description: str = "{index}"
    states: States | None = None
    limits: Limits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorRule(Number):
    """Processors: one for each row of a column, or one for a scalar. Percent unless ``unit`` says otherwise."""

    description: str = "Processor {index}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRule:
    """Memory pools or storage areas. Any two of total, used and free, or a percentage (best with a total)."""

    total: Annotated[Number, strict.shorthand("oid")] | None = None
    used: Annotated[Number, strict.shorthand("oid")] | None = None
    free: Annotated[Number, strict.shorthand("oid")] | None = None
    percent: Annotated[Number, strict.shorthand("oid")] | None = None
    unit: Unit = "bytes"
    description: str = "Memory {index}"
    either: str | None = None
    columns: dict[str, Annotated[Column, strict.shorthand("oid")]] = field(default_factory=dict)
    when: Conditions = field(default_factory=dict)
    unless: Conditions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoeRule:
    """Power over Ethernet groups. ``free`` stands in for ``used`` where only that is known. Watts by default."""

    budget: Annotated[Number, strict.shorthand("oid")] | None = None
    used: Annotated[Number, strict.shorthand("oid")] | None = None
    free: Annotated[Number, strict.shorthand("oid")] | None = None
    unit: Unit = "watts"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyRule(Number):
    """Consumables of a printer without Printer-MIB, as a percentage left or as a level out of ``capacity``."""

    capacity: Reference | None = None
    description: str = "{index}"
    kind: str = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A yes or no: yes where it is one of ``values``, no for any other value, unknown where it is absent."""

    oid: Dotted
    row: Arcs | None = None
    values: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsRule:
    """The UPS section. Charge and load in percent, runtime in seconds, unless a ``unit`` says otherwise."""

    battery_charge: Numbers = field(default_factory=list)
    battery_runtime: Numbers = field(default_factory=list)
    output_load: Numbers = field(default_factory=list)
    input_volts: Numbers = field(default_factory=list)
    on_battery: Truth | None = None
    replace_battery: Truth | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterRule:
    """The printer section, where the maker says more than Printer-MIB."""

    page_count: Numbers = field(default_factory=list)
    supplies: list[SupplyRule] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class WirelessRule:
    """Counts of access points and clients."""

    access_points: Numbers = field(default_factory=list)
    clients: Numbers = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One way to find an identity text. Exactly one of the first six keys says where to look."""

    text: str | None = None
    oid: Dotted | None = None
    description: re.Pattern[str] | None = None
    system_name: re.Pattern[str] | None = None
    entity: EntityText | None = None
    object_id: dict[str, str] | None = None
    row: Arcs | None = None
    of_class: EntityClass = "chassis"
    pattern: re.Pattern[str] | None = None
    format: str | None = None
    columns: dict[str, Annotated[Column, strict.shorthand("oid")]] = field(default_factory=dict)
    map: dict[str, str] = field(default_factory=dict)
    skip: tuple[Match, ...] = ()
    style: Literal["text", "mac", "hex"] = "text"


Texts = Annotated[list[Text], strict.one_or_many("text")]
"""One way or several; the first that gives a text counts. A plain text is a constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRule:
    """What the device is. ``described`` are regular expressions on sysDescr whose named groups fill what is left."""

    kind: Texts = field(default_factory=list)
    vendor: Texts = field(default_factory=list)
    model: Texts = field(default_factory=list)
    os: Texts = field(default_factory=list)
    version: Texts = field(default_factory=list)
    serial: Texts = field(default_factory=list)
    described: list[re.Pattern[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One way to recognise the family. All that is written must hold; the longest sysObjectID prefix wins."""

    object_id: Dotted | None = None
    description: re.Pattern[str] | None = None
    system_name: re.Pattern[str] | None = None
    answers: Dotted | None = None
    row: Arcs | None = None
    value: re.Pattern[str] | None = None


Claims = Annotated[list[Claim], strict.one_or_many("object_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One family of devices. A block (a file whose name begins with ``_``) has no ``match`` and only lends parts.

    ``max_repetitions`` (0: no GETBULK) and ``instances_per_get`` spare agents that answer more wrongly or not at all.
    """

    name: str
    match: Claims = field(default_factory=list)
    max_repetitions: int | None = None
    instances_per_get: int | None = None
    extends: list[str] = field(default_factory=list)
    roots: dict[str, Dotted] = field(default_factory=dict)
    identity: IdentityRule = field(default_factory=IdentityRule)
    leave_out: list[Section] = field(default_factory=list)
    processors: list[ProcessorRule] = field(default_factory=list)
    memory: list[PoolRule] = field(default_factory=list)
    storage: list[PoolRule] = field(default_factory=list)
    sensors: list[SensorRule] = field(default_factory=list)
    ups: UpsRule | None = None
    printer: PrinterRule | None = None
    poe: list[PoeRule] = field(default_factory=list)
    wireless: WirelessRule | None = None
