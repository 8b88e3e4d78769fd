"""Facts of a computer: laptop, desktop, Chromebook. One class per section of a report.

A section that is None was not measured this time; the collector keeps what it had. A field that is None inside a
section is unknown, and ``Report.unavailable`` says why. Nothing here can hold a person's name, a network's name or an
address.
"""

from dataclasses import dataclass

from homeroom_agent.report.bounds import count, fact, ratio, rows

BATTERY_STATES = ("charging", "discharging", "full", "not_charging", "empty", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which machine this is, as its firmware says."""

    platform: str = fact("operating system family: linux, windows, macos, chromeos", max_length=16, required=True)
    manufacturer: str | None = fact("maker, for warranty and refresh", max_length=80)
    model: str | None = fact("model, for standards and refresh", max_length=120)
    serial: str | None = fact(
        "serial number, ties the device to the inventory", max_length=80, concern="device identifier"
    )
    asset_tag: str | None = fact("asset tag written into the firmware", max_length=80, concern="device identifier")
    form_factor: str | None = fact("laptop, convertible, tablet, desktop, …", max_length=32)
    bios_version: str | None = fact("firmware version, for known defects", max_length=80)
    bios_date: str | None = fact("firmware date (ISO 8601), a floor for the age", max_length=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingSystem:
    """Which system runs, and until when it is supported."""

    name: str | None = fact("operating system", max_length=80)
    version: str | None = fact("version, for standards", max_length=80)
    build: str | None = fact("build, for patch level", max_length=80)
    pending_reboot: bool | None = fact("an update waits for a restart")
    last_update_at: float | None = fact("when the system was last updated, Unix seconds", minimum=0)
    support_end_date: str | None = fact("last day of security updates (ISO 8601)", max_length=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """How long and how reliably the machine runs. Crashes are counted, never read."""

    uptime_seconds: float | None = fact("time since the last boot", minimum=0)
    awake_seconds: float | None = fact("time since the last boot without sleep", minimum=0)
    boots_total: int | None = count("boots seen by the agent")
    unexpected_shutdowns_total: int | None = count("boots that no clean shutdown preceded")
    crashes_total: int | None = count("kernel panics and blue screens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """Processor and how busy it is."""

    model: str | None = fact("processor model, for standards", max_length=120)
    physical_cores: int | None = count("cores")
    logical_cores: int | None = count("hardware threads")
    usage_ratio: float | None = ratio("share of processor time in use since the last report")
    load_ratio: float | None = fact("one-minute load divided by hardware threads", minimum=0, maximum=100_000)
    frequency_hertz: float | None = fact("current clock", minimum=0)
    throttled_total: int | None = count("times the processor slowed down because of heat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory and pressure."""

    total_bytes: int | None = count("memory visible to the system")
    installed_bytes: int | None = count("memory modules fitted")
    available_bytes: int | None = count("memory that programs can still get")
    swap_total_bytes: int | None = count("swap space")
    swap_used_bytes: int | None = count("swap space in use")
    pressure_ratio: float | None = ratio("share of time work waited for memory (PSI some, 5 minutes)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filesystem:
    """One local file system of the system itself. Removable media and home mounts are not named."""

    mount: str = fact("where it is mounted; only the system's own places", max_length=64, required=True)
    filesystem: str | None = fact("type: ext4, apfs, ntfs, …", max_length=32)
    size_bytes: int | None = count("size")
    free_bytes: int | None = count("free space")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """One built-in disk and its health."""

    name: str = fact("kernel name, tells disks apart", max_length=32, required=True)
    model: str | None = fact("disk model, for recalls", max_length=80)
    type: str | None = fact("nvme, ssd, hdd, emmc, usb, virtual, unknown", max_length=16)
    capacity_bytes: int | None = count("size")
    smart_passed: bool | None = fact("the disk's own verdict")
    wear_ratio: float | None = fact("share of rated life used; may pass 1", minimum=0, maximum=10)
    available_spare_ratio: float | None = ratio("spare blocks left")
    media_errors_total: int | None = count("unrecovered data errors")
    reallocated_total: int | None = count("reallocated sectors")
    pending_total: int | None = count("sectors waiting for reallocation")
    power_on_seconds: float | None = fact("powered-on time", minimum=0)
    temperature_celsius: float | None = fact("disk temperature", minimum=-60, maximum=200)
    failing: bool | None = fact("SMART verdict, media errors, pending sectors and warnings together say: replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """One battery of the machine; mice and keyboards are left out."""

    name: str = fact("tells batteries apart", max_length=32, required=True)
    manufacturer: str | None = fact("cell maker, for recalls", max_length=80)
    model: str | None = fact("pack model, for spare parts", max_length=80)
    design_capacity_wh: float | None = fact("capacity when new, watt hours", minimum=0, maximum=100_000)
    design_capacity_mah: float | None = fact("capacity when new, milliampere hours", minimum=0, maximum=10_000_000)
    full_charge_capacity_wh: float | None = fact("capacity now, watt hours", minimum=0, maximum=100_000)
    full_charge_capacity_mah: float | None = fact("capacity now, milliampere hours", minimum=0, maximum=10_000_000)
    health_ratio: float | None = fact(
        "capacity now over capacity when new; a new pack may pass 1", minimum=0, maximum=2
    )
    cycle_count: int | None = count("charge cycles")
    charge_ratio: float | None = ratio("charge now")
    state: str | None = fact("charging, discharging, full, not_charging, empty, unknown", max_length=16)
    service_recommended: bool | None = fact("the system's own verdict: have the battery looked at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One network link. No network name, no address, no neighbour."""

    name: str = fact("interface name", max_length=64, required=True)
    type: str | None = fact("ethernet, wifi, cellular, other", max_length=16)
    up: bool | None = fact("link is up")
    active: bool | None = fact("carries the default route")
    speed_bps: int | None = count("link speed, bits per second")
    quality: str | None = fact("a browser's own rating of the connection: slow-2g, 2g, 3g, 4g", max_length=8)
    full_duplex: bool | None = fact("full duplex")
    wifi_band: str | None = fact("2.4GHz, 5GHz, 6GHz", max_length=8)
    wifi_signal_dbm: float | None = fact("signal strength", minimum=-150, maximum=50)
    wifi_rate_bps: int | None = count("Wi-Fi transmit rate, bits per second")
    roams_total: int | None = count("changes of access point; which ones is not known")
    receive_bytes: int | None = count("bytes received since boot")
    transmit_bytes: int | None = count("bytes sent since boot")
    receive_errors: int | None = count("receive errors since boot")
    transmit_errors: int | None = count("send errors since boot")
    receive_drops: int | None = count("received packets dropped since boot")
    transmit_drops: int | None = count("sent packets dropped since boot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """One trustworthy temperature."""

    name: str = fact("cpu, battery, disk, board, …", max_length=32, required=True)
    celsius: float = fact("temperature", minimum=-60, maximum=200, required=True)
    critical_celsius: float | None = fact("limit given by the maker", minimum=-60, maximum=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """One fan."""

    name: str = fact("tells fans apart", max_length=32, required=True)
    rpm: float = fact("revolutions per minute", minimum=0, maximum=100_000, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """The built-in screen, for testing standards."""

    width_pixels: int | None = fact("width in pixels", minimum=1, maximum=32_768)
    height_pixels: int | None = fact("height in pixels", minimum=1, maximum=32_768)
    diagonal_inches: float | None = fact("diagonal", minimum=0, maximum=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows11:
    """Can this machine run Windows 11, and if not, why."""

    ready: bool | None = fact("meets the published minimum")
    tpm_version: str | None = fact("version of the trusted platform module", max_length=16)
    secure_boot: bool | None = fact("Secure Boot is on")
    uefi: bool | None = fact("starts with UEFI")
    reasons: list[str] | None = rows("what is missing", max_items=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connectivity:
    """How well the collector is reached from where the device is. The place itself is not recorded."""

    latency_seconds: float | None = fact("median round trip to the collector", minimum=0, maximum=3600)
    loss_ratio: float | None = ratio("share of probes unanswered")
    dns_seconds: float | None = fact("time to resolve the collector's name", minimum=0, maximum=3600)
    download_bytes_per_second: float | None = fact("measured throughput", minimum=0)
    upload_bytes_per_second: float | None = fact("measured throughput", minimum=0)
    metered: bool | None = fact("the link is paid by volume; no throughput is measured there")
