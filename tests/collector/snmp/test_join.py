from homeroom_agent.report.network import PoeGroup, Pool, Printer, Sensor, Supply, Ups, Wireless
from homeroom_collector.snmp.reading import join


def sensor(index, value, status="unknown"):
    return Sensor(index=index, kind="temperature", value=value, unit="celsius", status=status)


def test_the_profile_knows_better_what_a_value_means():
    found = join.sensors([sensor("1.1", 20.0), sensor("1.2", 21.0)], [sensor("1.1", 10.0, "ok"), sensor("9.1", 5.0)])
    assert [(s.index, s.value, s.status) for s in found] == [
        ("1.1", 10.0, "ok"),
        ("1.2", 21.0, "unknown"),
        ("9.1", 5.0, "unknown"),
    ]


def test_numbers_no_device_can_mean_are_left_out():
    assert [s.value for s in join.sensors([sensor("1", float("inf")), sensor("2", -1e300), sensor("3", 7.0)], [])] == [
        None,
        None,
        7.0,
    ]
    assert join.wireless(Wireless(clients=2**70, access_points=3)) == Wireless(access_points=3)
    assert join.pools([Pool(index="1", total_bytes=2**70, usage_ratio=0.5)], []) == [Pool(index="1", usage_ratio=0.5)]


def test_a_ups_is_filled_field_by_field():
    found = join.ups(Ups(battery_charge_ratio=0.9, input_volts=230.0), Ups(input_volts=231.5, replace_battery=True))
    assert found == Ups(battery_charge_ratio=0.9, input_volts=231.5, replace_battery=True)
    assert join.ups(None, None) is None
    assert join.ups(None, Ups(input_volts=-5.0)) == Ups()


def test_the_makers_page_count_stands_beside_the_standard_supplies():
    supplies = [Supply(index="1.1", level_ratio=0.5)]
    found = join.printer(Printer(supplies=supplies), Printer(page_count_total=900, supplies=[Supply(index="9")]))
    assert found == Printer(page_count_total=900, supplies=supplies)
    assert join.printer(Printer(page_count_total=7, supplies=[]), Printer(supplies=supplies)).page_count_total == 7


def test_one_poe_group_told_twice_is_one():
    found = join.poe(
        [PoeGroup(index="1", budget_watts=370)], [PoeGroup(index="1", budget_watts=369.5), PoeGroup(index="2")]
    )
    assert found == [PoeGroup(index="1", budget_watts=370), PoeGroup(index="2")]
