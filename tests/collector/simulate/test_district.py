"""The pretended district repeats itself, and what it says is what real devices could say."""

import random

from homeroom_agent.report import decode, encode
from homeroom_collector.simulate import gear_words as words
from homeroom_collector.simulate.district import build, strangers
from homeroom_collector.simulate.growth import Size, grow
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


def test_every_device_hangs_from_one_that_has_a_port_for_it():
    gear = {each.name: each for each in build().gear}
    assert sorted(each.number for each in gear.values()) == list(range(len(gear)))
    for each in gear.values():
        for name in each.links:
            assert gear[name].uplink == each.name
        assert len(each.links) < each.ports or not each.ports


def test_strangers_are_in_nobodys_register():
    district = build()
    found = strangers(district)
    assert found == strangers(district)
    assert not {each.serial for each in found} & {each.serial for each in district.laptops}
    assert {each.model.platform for each in found} == {"chromeos"}


def test_in_the_largest_district_no_two_devices_are_taken_for_one():
    district = grow(Size(schools=1_700, devices=350_000, switches=20_000, access_points=20_000), seed=7)
    serials = [each.serial for each in district.laptops] + [words.serial(each) for each in district.gear]
    assert len(set(serials)) == len(serials)
    addresses = {words.mac(each, 0) for each in district.gear}
    assert len(addresses) == len({each.name for each in district.gear}) == len(district.gear)
    assert len({each.network for each in district.schools}) == len(district.schools)
