"""The pretended district repeats itself, and what it says is what real devices could say."""

import random
from pathlib import Path

from homeroom_agent.report import decode, encode
from homeroom_collector.simulate import recordings
from homeroom_collector.simulate.district import build
from homeroom_collector.simulate.laptops import PretendedLaptop


def test_the_same_seed_gives_the_same_district():
    assert build(seed=3) == build(seed=3)
    assert build(seed=3) != build(seed=4)


def test_every_school_has_laptops_and_switches():
    district = build(laptops=60)
    schools = {school.school_id for school in district.schools}
    assert {laptop.school_id for laptop in district.laptops} == schools
    assert {gear.school_id for gear in district.gear if gear.kind == "switch"} == schools
    assert len({laptop.serial for laptop in district.laptops}) == 60


def test_a_pretended_laptop_speaks_the_wire_format():
    pretended = PretendedLaptop(build().laptops[0], random.Random(1), device_id="d-1")
    first, second = (decode(encode(pretended.report(now))) for now in (1_790_000_000.0, 1_790_000_300.0))
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.identity is not None
    assert second.identity is None, "slow facts are not repeated"


def test_recordings_are_sorted_by_oid_and_name_each_device(tmp_path: Path):
    district = build()
    recordings.write(district, tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == {gear.name for gear in district.gear}
    for path in tmp_path.iterdir():
        oids = [[int(part) for part in line.split("|")[0].split(".")] for line in path.read_text().splitlines()]
        assert oids == sorted(oids)
