"""What the keys of a rule do, each on a device of a few lines."""

from pathlib import Path

import pytest

from contracts.recording import RecordingSession, parse
from homeroom_collector.snmp.knowledge.answers import Answers
from homeroom_collector.snmp.knowledge.facts import ProfileFacts
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.knowledge.profile_read import read, recognise
from homeroom_collector.snmp.reading.reader import Memory, Reader

SYSTEM = "1.3.6.1.2.1.1.1.0|4|Acme GL-24 v1.2\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.9\n"


async def facts(directory: Path, rules: str, *lines: str) -> ProfileFacts:
    """Read a device that answers ``lines`` (``suffix|tag|value`` below 1.3.6.1.4.1.9) with a profile of ``rules``."""
    (directory / "acme.yml").write_text("match: [enterprises.9]\nroots: {a: enterprises.9}\n" + rules)
    walk = SYSTEM + "".join(f"1.3.6.1.4.1.9.{line}\n" for line in lines)
    reader, known = Reader(RecordingSession(parse(walk.encode())), Memory()), Answers()
    profile = await recognise(load_catalog(directory, built_in=None), reader, known)
    assert profile is not None
    return await read(profile, reader, known)


async def value(directory: Path, rule: str, *lines: str) -> list[float | None]:
    found = await facts(directory, f"sensors: [{{oid: a.1, {rule}}}]\n", *lines)
    return [sensor.value for sensor in found.sensors]


@pytest.mark.parametrize(
    ("text", "number"),
    [("41 C/105 F", 41), ("-002.8257 dBm: Normal", -2.8257), ("6.582 mA: Normal", 6.582), ("  3.3 ", 3.3)],
)
async def test_a_text_that_begins_with_a_number_is_that_number(tmp_path, text, number):
    assert await value(tmp_path, "kind: signal", f"1.1|4|{text}") == [number]


async def test_a_text_without_a_number_gives_no_sensor(tmp_path):
    assert await value(tmp_path, "kind: signal", "1.1|4|N/A", "1.2|4|", "1.3|4|absent") == []


async def test_a_pattern_finds_a_number_inside_a_text(tmp_path):
    line = "1.1|4|    5 Secs ( 31.1%)   60 Secs ( 16.7%)"
    assert await value(tmp_path, r"kind: load, pattern: '60 Secs \(\s*([0-9.]+)%'", line) == [0.167]


async def test_sentinels_are_skipped_before_scaling(tmp_path):
    assert await value(tmp_path, "kind: temperature, divide: 10, skip: [-1, 32767]", "1.1|2|-1", "1.2|2|235") == [23.5]


async def test_an_unsigned_number_can_be_negative(tmp_path):
    assert await value(tmp_path, "kind: temperature, signed_bits: 32", "1.1|66|4294967286") == [-10]


async def test_decimals_stand_in_a_column_of_their_own(tmp_path):
    assert await value(tmp_path, "kind: current, decimals: a.2", "1.7|2|1234", "2.7|2|3") == [1.234]


async def test_a_row_whose_scale_is_missing_is_left_out(tmp_path):
    assert await value(tmp_path, "kind: current, decimals: a.2", "1.7|2|1234", "1.8|2|99", "2.8|2|1") == [9.9]


async def test_fahrenheit_can_be_a_setting_of_the_device(tmp_path):
    rule = "kind: temperature, columns: {scale: a.2.0}, fahrenheit_when: {scale: [2]}"
    assert await value(tmp_path, rule, "1.1|2|68", "2.0|2|2") == [20]
    assert await value(tmp_path, rule, "1.1|2|20", "2.0|2|1") == [20]


async def test_milliwatts_of_light_become_decibels(tmp_path):
    assert await value(tmp_path, "kind: signal, unit: microwatts_as_dbm", "1.1|2|500", "1.2|2|0") == [-3.0103]


async def test_an_impossible_temperature_is_no_sensor(tmp_path):
    assert await value(tmp_path, "kind: temperature", "1.1|2|2147483647", "1.2|2|-273") == []


async def test_rows_are_dropped_where_another_column_says_absent(tmp_path):
    rule = "kind: fan_speed, columns: {state: a.2}, unless: {state: [5, 'not present*']}"
    lines = ["1.1|2|900", "2.1|2|5", "1.2|2|800", "2.2|2|1", "1.3|2|700", "2.3|4|Not present (slot)"]
    assert await value(tmp_path, rule, *lines) == [800]


async def test_descriptions_come_from_another_table_through_an_index_found_in_this_one(tmp_path):
    rule = (
        "sensors: [{kind: signal, oid: a.1, description: 'Port {name} lane {-1}',"
        " columns: {port: a.2, name: {oid: a.3, at: '{port}'}}}]\n"
    )
    found = await facts(tmp_path, rule, "1.5.2|2|-3", "2.5.2|2|17", "3.17|4|Gi0/17")
    assert found.sensors[0].description == "Port Gi0/17 lane 2"


async def test_states_are_numbers_or_words_and_the_rest_is_unknown(tmp_path):
    rule = "sensors: [{kind: state, oid: a.1, states: {ok: [1, 'norm*'], critical: [failed]}}]\n"
    found = await facts(tmp_path, rule, "1.1|2|1", "1.2|4|NORMAL", "1.3|4|Failed", "1.4|2|9")
    assert [sensor.status for sensor in found.sensors] == ["ok", "ok", "critical", "unknown"]


async def test_a_measured_value_takes_its_state_from_another_column(tmp_path):
    rule = "sensors: [{kind: temperature, oid: a.1, states: {of: a.2, ok: [1], warning: [2]}}]\n"
    found = await facts(tmp_path, rule, "1.1|2|30", "2.1|2|2")
    assert (found.sensors[0].value, found.sensors[0].status) == (30, "warning")


async def test_limits_judge_the_finished_value(tmp_path):
    rule = "sensors: [{kind: temperature, oid: a.1, divide: 10, limits: {warning_above: 40, critical_above: 50}}]\n"
    found = await facts(tmp_path, rule, "1.1|2|399", "1.2|2|410", "1.3|2|510")
    assert [sensor.status for sensor in found.sensors] == ["ok", "warning", "critical"]


@pytest.mark.parametrize(
    ("rule", "used"),
    [
        ("total: a.1, free: a.2, unit: kibibytes", 300 * 1024),
        ("used: a.2, free: a.1", 100),
        ("total: a.1, percent: a.3", 100),
    ],
)
async def test_a_pool_is_completed_from_what_is_known(tmp_path, rule, used):
    found = await facts(tmp_path, f"memory: [{{{rule}}}]\n", "1.1|2|400", "2.1|2|100", "3.1|2|25")
    assert found.memory[0].used_bytes == used


async def test_a_percentage_alone_is_a_pool_without_sizes(tmp_path):
    found = await facts(tmp_path, "memory: [{percent: a.1.0}]\n", "1.0|2|37")
    assert (found.memory[0].usage_ratio, found.memory[0].total_bytes) == (0.37, None)


async def test_a_single_number_can_be_the_sum_or_the_count_of_a_column(tmp_path):
    rule = (
        "wireless: {access_points: {oid: a.1, combine: rows, when: {value: [1]}}, clients: {oid: a.2, combine: sum}}\n"
    )
    found = await facts(tmp_path, rule, "1.1|2|1", "1.2|2|2", "1.3|2|1", "2.1|2|10", "2.2|2|5")
    assert found.wireless is not None
    assert (found.wireless.access_points, found.wireless.clients) == (2, 15)


async def test_the_first_ups_number_that_answers_counts(tmp_path):
    rule = "ups: {battery_charge: [{oid: a.1.0, divide: 10}, a.2.0], on_battery: {oid: a.3.0, values: [3, 5]}}\n"
    found = await facts(tmp_path, rule, "2.0|2|90", "3.0|2|3")
    assert found.ups is not None
    assert (found.ups.battery_charge_ratio, found.ups.on_battery) == (0.9, True)


async def test_poe_used_follows_from_what_is_free(tmp_path):
    found = await facts(
        tmp_path, "poe: [{budget: a.1.0, free: a.2.0, unit: milliwatts}]\n", "1.0|2|370000", "2.0|2|300000"
    )
    assert (found.poe[0].budget_watts, found.poe[0].used_watts) == (370, 70)


async def test_identity_takes_the_first_way_that_gives_a_text(tmp_path):
    rule = (
        "identity:\n  kind: switch\n  model: [{oid: a.1.0}, {description: '(GL-\\d+)', format: 'Green {}'}]\n"
        "  serial: [{oid: a.2, skip: ['none']}]\n  described: ['v(?P<version>\\S+)']\n"
    )
    found = await facts(tmp_path, rule, "2.1|4|", "2.2|4|None", "2.3|4|SN7")
    assert found.identity is not None
    assert (found.identity.model, found.identity.version, found.identity.serial) == ("Green GL-24", "1.2", "SN7")


async def test_a_serial_number_in_octets_is_written_as_a_mac_address(tmp_path):
    found = await facts(tmp_path, "identity: {serial: [{oid: a.1.0, style: mac}]}\n", "1.0|4x|00112233aabb")
    assert found.identity is not None
    assert found.identity.serial == "00:11:22:33:AA:BB"


async def test_columns_beside_an_empty_column_are_never_asked_for(tmp_path):
    (tmp_path / "acme.yml").write_text(
        "match: [enterprises.9]\nsensors:\n"
        "  - {kind: count, oid: enterprises.9.1, columns: {name: enterprises.9.2}, description: '{name}'}\n"
    )
    session = RecordingSession(parse(SYSTEM.encode()))
    reader, known = Reader(session, Memory()), Answers()
    profile = await recognise(load_catalog(tmp_path, built_in=None), reader, known)
    assert profile is not None
    await read(profile, reader, known)
    assert "1.3.6.1.4.1.9.1" in known.columns
    assert "1.3.6.1.4.1.9.2" not in known.columns


async def test_all_scalars_of_a_profile_are_one_request(tmp_path):
    rule = "".join(f"  - {{kind: count, oid: a.{n}.0}}\n" for n in range(1, 30))
    (tmp_path / "acme.yml").write_text("match: [enterprises.9]\nroots: {a: enterprises.9}\nsensors:\n" + rule)
    session = RecordingSession(parse((SYSTEM + "1.3.6.1.4.1.9.1.0|2|1\n").encode()))
    reader, known = Reader(session, Memory()), Answers()
    profile = await recognise(load_catalog(tmp_path, built_in=None), reader, known)
    assert profile is not None
    before = session.cost.requests
    await read(profile, reader, known)
    assert session.cost.requests - before == 1


async def test_a_brand_on_net_snmp_is_told_by_an_object_of_its_own(tmp_path):
    (tmp_path / "plain.yml").write_text("match: [enterprises.9]\n")
    (tmp_path / "brand.yml").write_text(
        "match: [{object_id: enterprises.9, answers: enterprises.9.5.0, value: '^Brand'}]\n"
    )
    catalog = load_catalog(tmp_path, built_in=None)
    for answer, name in (("Brand X", "brand"), ("Other", "plain")):
        walk = parse(f"{SYSTEM}1.3.6.1.4.1.9.5.0|4|{answer}\n".encode())
        profile = await recognise(catalog, Reader(RecordingSession(walk), Memory()), Answers())
        assert profile is not None
        assert profile.name == name


async def test_a_second_poll_asks_in_one_round_and_not_for_labels_again(tmp_path):
    (tmp_path / "acme.yml").write_text(
        "match: [enterprises.9]\nroots: {a: enterprises.9}\nsensors:\n"
        "  - {kind: count, oid: a.1, columns: {name: a.2}, description: '{name}'}\n"
        "  - {kind: count, oid: a.3}\n"
        "  - {kind: count, oid: a.4, columns: {state: a.5}, when: {state: [1]}}\n"
    )
    session = RecordingSession(parse((SYSTEM + "".join(f"1.3.6.1.4.1.9.{n}.1|2|1\n" for n in (1, 2, 4, 5))).encode()))
    memory = Memory()
    catalog = load_catalog(tmp_path, built_in=None)
    profile = await recognise(catalog, Reader(session, memory), Answers())
    assert profile is not None
    first = await read(profile, Reader(session, memory), Answers(), parts=["sensors"])
    before, known = session.cost.requests, Answers()
    second = await read(profile, Reader(session, memory), known, parts=["sensors"])
    assert second == first
    assert sorted(known.columns) == ["1.3.6.1.4.1.9.1", "1.3.6.1.4.1.9.3", "1.3.6.1.4.1.9.4", "1.3.6.1.4.1.9.5"]
    assert session.cost.requests - before == 3
