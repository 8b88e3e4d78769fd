"""Reports that tests feed to the fleet."""

from homeroom_agent.report import (
    Battery,
    Connectivity,
    Cpu,
    Disk,
    Filesystem,
    Identity,
    Link,
    Memory,
    NetworkGear,
    OperatingSystem,
    Report,
    Uptime,
)
from homeroom_agent.report.network import (
    GearIdentity,
    Interface,
    PoeGroup,
    PollCost,
    Pool,
    Printer,
    Processor,
    Sensor,
    Supply,
    System,
    Ups,
    Wireless,
)

NOW = 1_790_000_000.0


def laptop(number: int = 0, *, at: float = NOW) -> Report:
    """A laptop's report with 20 series."""
    return Report(
        source="agent",
        sequence=number,
        measured_at=at,
        sent_at=at,
        identity=Identity(platform="linux", manufacturer="LENOVO", model="20TD"),
        os=OperatingSystem(name="Ubuntu", version="24.04", support_end_date="2029-04-30"),
        uptime=Uptime(uptime_seconds=3600.5 + number, boots_total=40, unexpected_shutdowns_total=2),
        cpu=Cpu(usage_ratio=0.25 + number % 100 / 1000),
        memory=Memory(total_bytes=8 << 30, available_bytes=(3 << 30) + number * 4096),
        filesystems=[Filesystem(mount="/", size_bytes=512_110_190_592, free_bytes=100_000_000_000 + number)],
        disks=[Disk(name="nvme0n1", wear_ratio=0.02, smart_passed=True)],
        batteries=[Battery(name="BAT0", health_ratio=0.91, charge_ratio=0.5, cycle_count=120 + number % 300)],
        links=[
            Link(
                name="wlp2s0", type="wifi", up=True, wifi_signal_dbm=-61, receive_bytes=10**9 + number, transmit_bytes=5
            )
        ],
        connectivity=Connectivity(latency_seconds=0.012, download_bytes_per_second=1.25e7),
    )


def gear(*ports: Interface, at: float = NOW, reachable: bool = True) -> Report:
    """A poll that found everything a network device can have."""
    return Report(
        source="snmp",
        sequence=1,
        measured_at=at,
        network=NetworkGear(
            reachable=reachable,
            system=System(uptime_seconds=86400.0),
            identity=GearIdentity(
                kind="switch", vendor="HPE Aruba", model="J9772A", os="ArubaOS-Switch", version="16.11"
            ),
            interfaces=list(ports),
            processors=[Processor(index="1", description="CPU", usage_ratio=0.07)],
            memory=[Pool(index="1", description="main", usage_ratio=0.4)],
            storage=[Pool(index="31", description="/", total_bytes=1000, usage_ratio=0.1)],
            sensors=[
                Sensor(index="1", kind="temperature", description="Inlet", value=41.0, unit="celsius", status="ok"),
                Sensor(index="7", kind="fan_speed", description="Fan", value=5000.0, unit="rpm", status="ok"),
                Sensor(index="8", kind="state", description="Fan", value=2.0, unit="enum", status="warning"),
            ],
            ups=Ups(battery_charge_ratio=1.0, battery_runtime_seconds=2400, output_load_ratio=0.23, on_battery=False),
            printer=Printer(
                page_count_total=4711,
                supplies=[
                    Supply(index="1.1", description="Black", kind="toner", level_ratio=0.6),
                    Supply(index="1.2", description="Waste", kind="waste", level_note="some_remaining"),
                ],
            ),
            poe=[PoeGroup(index="1", budget_watts=370.0, used_watts=41.0)],
            wireless=Wireless(access_points=3, clients=120),
            poll=PollCost(duration_seconds=0.2, requests=12, variables=900),
        ),
    )
