from contracts.recording import RecordingSession
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.reading.tables import host_resources, lm_sensors, ucd
from homeroom_collector.snmp.reading.tables.host_resources import STORAGE_ENTRY
from homeroom_collector.snmp.session import Oid

TYPES = "1.3.6.1.2.1.25.2.1."
RAM, OTHER, DISK, VIRTUAL = f"{TYPES}2", f"{TYPES}1", f"{TYPES}4", f"{TYPES}3"


def rows(*areas):
    """hrStorageTable rows of (type, description, units, size, used)."""
    values = {}
    for index, area in enumerate(areas, start=1):
        kind, description, units, size, used = area
        cells = {2: Oid(kind), 3: description, 4: units, 5: size, 6: used}
        values |= {f"{STORAGE_ENTRY}.{column}.{index}": value for column, value in cells.items()}
    return values


async def storage(*areas, extra=None):
    read = Reader(RecordingSession(rows(*areas) | (extra or {})), Memory())
    memory, disks = await host_resources.storage(read)
    return {p.description: p for p in memory}, {p.description: p for p in disks}


async def test_memory_and_disks_are_told_apart_by_type():
    memory, disks = await storage(
        (RAM, b"RAM", 1024, 100, 25), (VIRTUAL, b"Swap", 1024, 10, 1), (DISK, b"/", 4096, 8, 2)
    )
    assert set(memory) == {"RAM", "Swap"}
    assert (disks["/"].total_bytes, disks["/"].used_bytes, disks["/"].usage_ratio) == (32_768, 8_192, 0.25)


async def test_a_size_below_zero_is_one_past_two_to_the_31():
    _, disks = await storage((DISK, b"/big", 4096, -(2**31), 2**30))
    assert disks["/big"].total_bytes == 2**31 * 4096
    assert disks["/big"].usage_ratio == 0.5


async def test_rows_without_size_or_units_are_left_out():
    memory, disks = await storage((DISK, b"A:", 4096, 0, 0), (DISK, b"cd", 0, 100, 1), (RAM, b"UMA: VMSPACE", 8, 9, 1))
    assert (memory, disks) == ({}, {})


async def test_more_used_than_there_is_counts_as_full():
    _, disks = await storage((DISK, b"/", 1, 100, 120))
    assert disks["/"].usage_ratio == 1.0


async def test_buffers_and_cache_are_free_memory():
    memory, _ = await storage(
        (RAM, b"Physical memory", 1024, 1000, 900),
        (OTHER, b"Memory buffers", 1024, 1000, 100),
        (OTHER, b"Cached memory", 1024, 300, 300),
    )
    assert memory["Physical memory"].usage_ratio == 0.5
    assert memory["Cached memory"].usage_ratio == 0.3


async def test_parts_of_memory_are_shares_of_the_whole():
    extra = {host_resources.MEMORY_SIZE: 4_000}
    memory, _ = await storage((RAM, b"Real Memory Metrics", 4096, 600, 500), extra=extra)
    assert memory["Real Memory Metrics"].usage_ratio == 0.5


async def test_a_bind_mount_is_no_second_disk():
    _, disks = await storage(
        (DISK, b"/", 4096, 100, 50), (DISK, b"/etc/hosts", 4096, 100, 50), (DISK, b"C:", 4096, 100, 50)
    )
    assert set(disks) == {"/", "C:"}


async def test_a_file_system_type_is_storage_too():
    _, disks = await storage(("1.3.6.1.2.1.25.3.9.3", b"/, type: ufs", 4096, 100, 50))
    assert set(disks) == {"/, type: ufs"}


async def test_processors_have_the_name_of_their_device():
    values = {"1.3.6.1.2.1.25.3.3.1.2.6": 7, "1.3.6.1.2.1.25.3.2.1.3.6": b"Atom", "1.3.6.1.2.1.25.3.3.1.2.7": 255}
    found = await host_resources.processors(Reader(RecordingSession(values), Memory()))
    assert [(p.index, p.description, p.usage_ratio) for p in found] == [("6", "Atom", 0.07), ("7", None, None)]


async def test_net_snmp_without_host_resources_still_has_memory_and_processor():
    names = {3: 1_000, 4: 900, 5: 4_000, 6: 1_000, 14: 500, 15: 500}
    values = {f"{ucd.MEMORY}.{n}.0": size for n, size in names.items()} | {ucd.CPU_IDLE: 88}
    read = Reader(RecordingSession(values), Memory())
    pools = {p.index: p for p in await ucd.memory(read)}
    assert pools["ucd.real"].total_bytes == 4_000 * 1024
    assert pools["ucd.real"].usage_ratio == 0.5
    assert pools["ucd.swap"].usage_ratio == 0.1
    assert [p.usage_ratio for p in await ucd.processors(read)] == [0.12]


async def test_disks_that_snmpd_conf_names_are_storage():
    cells = {"2.1": b"/", "6.1": 1_000, "8.1": 250, "2.2": b"/big", "6.2": 2**31 - 1, "8.2": 2**31 - 1}
    cells |= {"11.2": 0, "12.2": 1, "15.2": 2**31, "16.2": 0}
    values = {f"{ucd.DISK_ENTRY}.{suffix}": value for suffix, value in cells.items()}
    found = {p.description: p for p in await ucd.disks(Reader(RecordingSession(values), Memory()))}
    assert (found["/"].total_bytes, found["/"].usage_ratio) == (1_024_000, 0.25)
    assert (found["/big"].total_bytes, found["/big"].usage_ratio) == (2**42, 0.5)


async def test_the_mainboard_has_temperatures_fans_and_voltages():
    root = lm_sensors.ROOT
    cells = {"2.1.2.1": b"Core 0", "2.1.3.1": 41_000, "2.1.2.2": b"AUX", "2.1.3.2": 0, "2.1.3.3": 9}
    cells |= {"3.1.2.1": b"fan1", "3.1.3.1": 1_200, "4.1.2.1": b"+12V", "4.1.3.1": 12_096}
    session = RecordingSession({f"{root}.{suffix}": value for suffix, value in cells.items()})
    found = await lm_sensors.read(Reader(session, Memory()))
    assert [(s.kind, s.description, s.value, s.unit) for s in found] == [
        ("temperature", "Core 0", 41.0, "celsius"),
        ("fan_speed", "fan1", 1_200.0, "rpm"),
        ("voltage", "+12V", 12.096, "volts"),
    ]
