"""Facts of network gear as the SNMP poller reports them. One class per section.

The shapes are those of ``homeroom snmp probe --format json``. Units are in the names, ratios run from 0 to 1, None is
"the device does not say".
"""

from dataclasses import dataclass

from homeroom_agent.report.bounds import count, fact, ratio

PORTS = 4096
ROWS = 2048

KINDS = (
    "switch", "access_point", "wireless_controller", "firewall", "router", "ups", "pdu", "printer", "server",
    "storage", "sensor", "camera", "phone", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """SNMPv2-MIB system group (RFC 3418), uptime reconciled with snmpEngineTime and hrSystemUptime."""

    name: str | None = fact("sysName", max_length=255)
    description: str | None = fact("sysDescr", max_length=1024)
    object_id: str | None = fact("sysObjectID, dotted", max_length=255)
    uptime_seconds: float | None = fact("time since the device started", minimum=0)
    restarts_total: int | None = count("restarts seen since the poller started")
    location: str | None = fact("sysLocation", max_length=255)
    contact: str | None = fact("sysContact: often a help desk", max_length=255, concern="may name a member of staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class GearIdentity:
    """What the device is. ``profile`` names the built-in device knowledge that matched."""

    kind: str = fact("switch, access_point, ups, …", max_length=32, default="other")
    vendor: str | None = fact("maker", max_length=120)
    model: str | None = fact("model", max_length=200)
    os: str | None = fact("operating system", max_length=120)
    version: str | None = fact("software version", max_length=200)
    serial: str | None = fact("serial number", max_length=120, concern="device identifier")
    profile: str | None = fact("profile that matched", max_length=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One port: IF-MIB and ifXTable (RFC 2863). Counters are raw; their width is ``counter_bits``."""

    index: int = fact("ifIndex, valid until the next restart", minimum=0, maximum=2**32 - 1, required=True)
    name: str | None = fact("ifName, else ifDescr: the port's identity", max_length=255)
    description: str | None = fact("ifDescr", max_length=255)
    alias: str | None = fact("ifAlias, the label a technician gave", max_length=255)
    type: int | None = fact("IANAifType", minimum=0, maximum=2**31 - 1)
    admin_status: str | None = fact("up, down, testing", max_length=16)
    oper_status: str | None = fact("up, down, testing, unknown, dormant, notPresent, lowerLayerDown", max_length=16)
    speed_bps: int | None = count("bits per second")
    full_duplex: bool | None = fact("dot3StatsDuplexStatus")
    mac: str | None = fact("ifPhysAddress of the port", max_length=64, concern="address of school equipment")
    mtu: int | None = fact("ifMtu", minimum=-1, maximum=2**31 - 1)
    last_change_seconds: float | None = fact("ifLastChange as device uptime", minimum=0)
    discontinuity_seconds: float | None = fact("ifCounterDiscontinuityTime: counters began anew then", minimum=0)
    in_octets: int | None = count("octets received")
    out_octets: int | None = count("octets sent")
    counter_bits: int | None = fact("64 or 32", minimum=32, maximum=64)
    in_errors: int | None = count("ifInErrors")
    out_errors: int | None = count("ifOutErrors")
    in_discards: int | None = count("ifInDiscards")
    out_discards: int | None = count("ifOutDiscards")


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """One processor or core."""

    index: str = fact("row", max_length=128, required=True)
    description: str | None = fact("name", max_length=255)
    usage_ratio: float | None = ratio("share of time in use")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One memory pool or storage area. Totals are None where only a share is known."""

    index: str = fact("row", max_length=128, required=True)
    description: str | None = fact("name", max_length=255)
    total_bytes: int | None = count("size")
    used_bytes: int | None = count("in use")
    usage_ratio: float | None = ratio("share in use")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One sensor, already scaled. ``value`` of a state is the device's own number; ``status`` is its meaning."""

    index: str = fact("row", max_length=128, required=True)
    kind: str = fact(
        "temperature, humidity, fan_speed, voltage, current, power, state, …", max_length=32, required=True
    )
    description: str | None = fact("name", max_length=255)
    value: float | None = fact("measured value in ``unit``", minimum=-1e18, maximum=1e18)
    unit: str | None = fact("celsius, ratio, rpm, volts, …, enum", max_length=16)
    status: str = fact("ok, warning, critical, unknown", max_length=16, default="unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ups:
    """UPS-MIB (RFC 1628) or the maker's own, in SI units."""

    battery_charge_ratio: float | None = ratio("charge")
    battery_runtime_seconds: float | None = fact("time left on battery", minimum=0)
    output_load_ratio: float | None = fact("load; overload passes 1", minimum=0, maximum=10)
    input_volts: float | None = fact("mains voltage", minimum=0, maximum=100_000)
    on_battery: bool | None = fact("running on battery")
    replace_battery: bool | None = fact("the UPS asks for a new battery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One consumable: prtMarkerSuppliesTable (RFC 3805). Waste containers give room left, as all others do."""

    index: str = fact("row", max_length=64, required=True)
    description: str | None = fact("name", max_length=255)
    kind: str | None = fact("toner, ink, drum, waste, …", max_length=32)
    level_ratio: float | None = ratio("share left; None where the printer gives a sentinel")
    level_note: str | None = fact("some_remaining, unknown, unlimited", max_length=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """One paper tray: prtInputTable (RFC 3805)."""

    index: str = fact("row", max_length=64, required=True)
    description: str | None = fact("name", max_length=255)
    level_ratio: float | None = ratio("share of capacity left")
    level_note: str | None = fact("some_remaining, unknown, empty", max_length=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """Printer-MIB: pages and supplies. No job, no document, no user."""

    page_count_total: int | None = count("pages printed in its life")
    supplies: list[Supply] = fact("consumables", max_items=256, required=True)
    trays: list[Tray] | None = fact("paper trays", max_items=64)
    errors: list[str] | None = fact("hrPrinterDetectedErrorState, by name", max_items=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoeGroup:
    """Power over Ethernet budget of one switch or stack member."""

    index: str = fact("group", max_length=64, required=True)
    budget_watts: float | None = fact("power it can give", minimum=0, maximum=1_000_000)
    used_watts: float | None = fact("power it gives", minimum=0, maximum=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wireless:
    """Counts of a controller or access point; never which client."""

    access_points: int | None = count("access points joined")
    clients: int | None = count("clients associated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbor:
    """One LLDP or CDP neighbour: network gear only."""

    local_interface: str | None = fact("local port name", max_length=255)
    remote_name: str | None = fact("neighbour's system name", max_length=255)
    remote_port: str | None = fact("neighbour's port", max_length=255)
    remote_chassis_id: str | None = fact(
        "neighbour's chassis id", max_length=255, concern="address of school equipment"
    )
    remote_kind: str | None = fact(
        "switch, access_point, router, phone, …: to tell AP ports and uplinks", max_length=32
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GearAddress:
    """Network gear that a switch has learned behind a port: only addresses of devices that are polled themselves."""

    interface: str = fact("local port name", max_length=255, required=True)
    address: str = fact(
        "MAC of managed network gear", max_length=17, required=True, concern="address of school equipment"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridging:
    """A switch as a bridge: BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363).

    Counts, and where other managed gear is; never which station.
    """

    ports: int | None = count("bridge ports")
    vlans: int | None = count("VLANs")
    learned_addresses: int | None = count("addresses learned, over all VLANs")
    root_port: str | None = fact("port towards the spanning tree's root; none on the root itself", max_length=255)
    topology_changes: int | None = count("changes of the spanning tree since the switch started")
    address: str | None = fact("dot1dBaseBridgeAddress", max_length=17, concern="address of school equipment")
    gear_addresses: list[GearAddress] | None = fact(
        "managed gear learned behind ports: gear without LLDP has no other place in the topology", max_items=ROWS
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalPart:
    """One row of entPhysicalTable (RFC 6933) with a model or serial number, and every chassis and stack row."""

    index: str = fact("entPhysicalIndex", max_length=32, required=True)
    class_: str | None = fact("chassis, module, power_supply, fan, …", max_length=32)
    model: str | None = fact("model", max_length=200)
    serial: str | None = fact("serial number", max_length=120, concern="device identifier")
    description: str | None = fact("description", max_length=255)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableError:
    """A table that could not be read; the others stand."""

    table: str = fact("table", max_length=64, required=True)
    error: str = fact("reason", max_length=500, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollCost:
    """What the poll cost the device and us."""

    duration_seconds: float = fact("wall time", minimum=0, required=True)
    requests: int = fact("requests sent", minimum=0, maximum=2**63 - 1, required=True)
    variables: int = fact("variables received", minimum=0, maximum=2**63 - 1, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkGear:
    """Everything one poll learned of one device. Sections a kind of device does not have are None or empty."""

    reachable: bool = fact("it answered", required=True)
    snmp_version: str | None = fact("1, 2c or 3", max_length=2)
    engine: str | None = fact("gufo or pysnmp", max_length=16)
    system: System | None = fact("system group")
    identity: GearIdentity | None = fact("what it is")
    interfaces: list[Interface] | None = fact("ports", max_items=PORTS)
    processors: list[Processor] | None = fact("processors", max_items=ROWS)
    memory: list[Pool] | None = fact("memory pools", max_items=ROWS)
    storage: list[Pool] | None = fact("storage areas", max_items=ROWS)
    sensors: list[Sensor] | None = fact("sensors", max_items=ROWS)
    ups: Ups | None = fact("UPS")
    printer: Printer | None = fact("printer")
    poe: list[PoeGroup] | None = fact("PoE groups", max_items=ROWS)
    wireless: Wireless | None = fact("Wi-Fi counts")
    neighbors: list[Neighbor] | None = fact("neighbours", max_items=ROWS)
    bridge: Bridging | None = fact("the switch as a bridge")
    physical: list[PhysicalPart] | None = fact("inventory", max_items=ROWS)
    errors: list[TableError] | None = fact("tables that failed", max_items=64)
    poll: PollCost | None = fact("cost of the poll")
