"""When devices are polled, how many at once, and what becomes of those that do not answer."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from homeroom_collector.errors import RefusedError, SnmpAnswerError, SnmpAuthenticationError, SnmpTimeoutError
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.polling.poller import Limits, Poller
from homeroom_collector.snmp.polling.watch import Pace, Watch
from homeroom_collector.snmp.session import Credentials, Endpoint, Oid

from .pretend import Device, Kept, Network, Time, settle, target

SILENCE = SnmpTimeoutError("no answer")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def network(time: Time) -> Network:
    return Network(time)


@pytest.fixture
def sink() -> Kept:
    return Kept()


Start = Callable[..., object]


@pytest.fixture
def start(time: Time, network: Network, sink: Kept) -> Start:
    @asynccontextmanager
    async def started(*targets: object, **more: object) -> AsyncIterator[Poller]:
        for each in targets:
            network.devices.setdefault(each.endpoint.host, Device())
        poller = Poller(network, sink, clock=time.clock, wall=time.clock, pause=time.pause, **more)
        task = asyncio.create_task(poller.run(targets))
        await settle()
        yield poller
        task.cancel()
        await asyncio.wait([task])

    return started


async def test_each_device_is_polled_once_in_every_interval(start, time, sink):
    async with start(target("a"), target("b", interval_seconds=30.0)):
        await time.pass_by(600)
    assert len(sink.of("a")) == 10
    assert len(sink.of("b")) == 20


async def test_starts_are_spread_over_the_interval(start, time, network):
    async with start(*(target(f"switch-{n}") for n in range(60))):
        await time.pass_by(60)
    firsts = sorted(moments[0] - 1000 for moments in network.at.values())
    assert len(firsts) == 60
    in_each_quarter = [sum(quarter * 15 <= first < quarter * 15 + 15 for first in firsts) for quarter in range(4)]
    assert min(in_each_quarter) >= 8


async def test_a_device_keeps_its_moment_after_a_restart(start, time, network):
    async with start(target("a")):
        await time.pass_by(60)
    began = time.now
    async with start(target("a")):
        await time.pass_by(60)
    assert network.at["a"][0] - 1000 == pytest.approx(network.at["a"][-1] - began)


async def test_a_report_says_who_measured_what_and_when(start, time, sink):
    async with start(target("a")):
        await time.pass_by(60)
    (report,) = sink.reports
    assert (report.source, report.device_id) == ("snmp", "a")
    assert report.sequence == int(report.measured_at * 1000)
    assert report.network.reachable
    assert (report.network.engine, report.network.snmp_version) == ("gufo", "2c")
    assert [port.name for port in report.network.interfaces] == ["Gi1/1", "Gi1/2"]


async def test_a_slow_device_is_never_polled_twice_at_once_and_the_missed_polls_are_counted(start, time, network, sink):
    network.devices["a"] = Device(slow=10.0)
    async with start(target("a", interval_seconds=30.0), pace=Pace(budget_seconds=1000)) as poller:
        await time.pass_by(1000)
        assert poller.measures.skipped._value.get() > 0
    assert network.most_at_once == 1
    assert 1 < len(sink.reports) < 1000 / 30


@pytest.mark.parametrize("first_answers", [True, False], ids=["answering", "silent"])
async def test_a_poll_ends_when_its_budget_is_spent(network, time, first_answers):
    device = network.devices["a"] = Device(slow=0.0 if first_answers else 1.0)  # hand-made time stands still
    watch = Watch(target("a"), network, None, Pace(budget_seconds=0.05), clock=time.clock)
    if first_answers:
        await watch.poll()
        device.slow = 1.0
    gear = await watch.poll()
    assert not gear.reachable
    assert gear.errors[0].error == "took longer than 0.05 s"
    assert network.open_now.total() == 0


async def test_a_silent_device_is_reported_unreachable_and_asked_less_and_less_often(start, time, network, sink):
    network.devices["a"] = Device()
    network.devices["a"].error = SILENCE
    async with start(target("a"), limits=Limits(longest_backoff_seconds=240)):
        await time.pass_by(3600)
    moments = [report.measured_at for report in sink.reports]
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(moments)]
    assert gaps[:4] == [60, 120, 240, 240]
    assert set(gaps[4:]) == {240}
    assert not any(report.network.reachable for report in sink.reports)
    assert sink.reports[0].network.errors[0].error == "timeout"


async def test_a_device_that_comes_back_is_polled_at_its_usual_pace_again(start, time, network, sink):
    network.devices["a"] = Device()
    network.devices["a"].error = SILENCE
    async with start(target("a")):
        await time.pass_by(1800)
        network.devices["a"].error = None
        await time.pass_by(240)
        before = len(sink.reports)
        await time.pass_by(600)
    assert len(sink.reports) - before == 10
    assert sink.reports[-1].network.reachable


@pytest.mark.parametrize("error", [SnmpAuthenticationError("wrong password"), SnmpAnswerError("nonsense")])
async def test_a_device_that_refuses_is_there_and_says_why(start, time, network, sink, error):
    network.devices["a"] = Device()
    network.devices["a"].error = error
    async with start(target("a")):
        await time.pass_by(60)
    (report,) = sink.reports
    assert report.network.reachable
    assert report.network.system is None
    assert report.network.errors[0].error == str(error)


async def test_dead_devices_of_a_school_take_no_place_from_the_living(start, time, network, sink):
    dead = [target(f"dead-{n}") for n in range(50)]
    for each in dead:
        network.devices[each.device_id] = Device(slow=3.0)
        network.devices[each.device_id].error = SILENCE
    async with start(*dead, target("alive"), limits=Limits(at_once_per_school=2)):
        await time.pass_by(600)
        began = len(sink.of("alive"))
        await time.pass_by(600)
    assert len(sink.of("alive")) - began == 10


async def test_a_school_is_never_polled_all_at_once(start, time, network):
    for n in range(30):
        network.devices[f"s{n}"] = Device(slow=2.0)
    schools = [target(f"s{n}", interval_seconds=60.0) for n in range(30)]
    async with start(*schools, limits=Limits(at_once_per_school=3), pace=Pace(budget_seconds=1000)):
        await time.pass_by(300)
    assert network.most_at_once == 3


async def test_no_more_than_the_limit_are_polled_at_once(start, time, network):
    for n in range(30):
        network.devices[f"s{n}"] = Device(slow=2.0)
    targets = [target(f"s{n}", school_id=f"school-{n}") for n in range(30)]
    async with start(*targets, limits=Limits(at_once=4), pace=Pace(budget_seconds=1000)):
        await time.pass_by(300)
    assert network.most_at_once == 4


async def test_a_device_is_looked_at_at_once_when_asked(start, time, sink):
    async with start(target("a", interval_seconds=3600.0)) as poller:
        assert poller.look_now("a") == 1
        await settle()
        assert len(sink.reports) == 1
        assert poller.look_now("nobody") == 0


async def test_following_other_targets_leaves_the_unchanged_alone(start, time, network, sink):
    async with start(target("a"), target("b")) as poller:
        await time.pass_by(60)
        network.devices["c"] = Device()
        await poller.follow([target("a"), target("c")])
        await settle()
        await time.pass_by(60)
    assert (len(sink.of("a")), len(sink.of("b")), len(sink.of("c"))) == (2, 1, 1)


async def test_a_changed_target_is_followed_anew(start, time, network, sink):
    network.devices["b"] = Device()
    async with start(target("a")) as poller:
        await time.pass_by(60)
        await poller.follow([target("a", endpoint=Endpoint(host="b"))])
        await time.pass_by(60)
    assert network.asked["b"] == 1


async def test_the_way_that_works_is_remembered(start, time, network, sink):
    network.devices["a"] = Device()
    network.devices["a"].community = "second"
    ways = tuple(Credentials(community=Secret(text)) for text in ("first", "second", "third"))
    async with start(target("a", ways=ways)):
        await time.pass_by(300)
    assert network.asked["a"] == 2 + 4
    assert all(report.network.reachable for report in sink.reports)


async def test_a_way_that_fails_for_long_is_doubted(start, time, network, sink):
    ways = tuple(Credentials(community=Secret(text)) for text in ("public", "new"))
    async with start(target("a", ways=ways)):
        await time.pass_by(120)
        network.devices["a"].community = "new"
        await time.pass_by(3600)
    assert sink.reports[-1].network.reachable


async def test_what_a_device_cannot_take_is_remembered(start, time, network):
    network.devices["a"] = Device()
    network.devices["a"].max_repetitions = 5
    async with start(target("a")):
        await time.pass_by(180)
    assert [endpoint.max_repetitions for endpoint in network.endpoints][:3] == [20, 5, 5]


async def test_a_report_that_is_not_taken_stops_nobody(start, time, network, sink, caplog):
    async def refuse(report: object) -> None:
        raise RefusedError(404, "who?")

    keep, sink.submit = sink.submit, refuse
    async with start(target("a")) as poller:
        await time.pass_by(120)
        sink.submit = keep
        await time.pass_by(60)
        assert poller.measures.lost._value.get() == 2
    assert len(sink.reports) == 1
    assert "report not taken: who?" in caplog.text


async def test_a_bug_in_one_poll_is_told_and_stops_nobody(start, time, network, sink, caplog):
    network.devices["a"] = Device()
    network.devices["a"].error = ZeroDivisionError("a bug")
    async with start(target("a"), target("b")):
        await time.pass_by(120)
    assert "a: poll failed" in caplog.text
    assert len(sink.of("b")) == 2


async def test_a_kind_given_by_the_configuration_wins(start, time, sink):
    async with start(target("a", kind="router")):
        await time.pass_by(60)
    assert sink.reports[0].network.identity.kind == "router"


async def test_a_kind_given_by_the_configuration_is_told_of_what_never_answered(start, time, network, sink):
    network.devices["nobody"] = Device()
    network.devices["nobody"].error = SILENCE
    async with start(target("nobody", kind="router")):
        await time.pass_by(60)
    assert (sink.reports[0].network.reachable, sink.reports[0].network.identity.kind) == (False, "router")


async def test_a_family_that_cannot_take_getbulk_is_spared_it(time, network):
    device = network.devices["a"] = Device()
    device.values["1.3.6.1.2.1.1.2.0"] = Oid("1.3.6.1.4.1.2435.2.3.9.1")  # a Brother printer
    watch = Watch(target("a"), network, load_catalog(), Pace(), clock=time.clock)
    for _ in range(2):
        await watch.poll()
    assert [endpoint.max_repetitions for endpoint in network.endpoints] == [20, 0]


async def test_after_a_day_of_inventories_the_configured_size_is_tried_again(time, network):
    network.devices["a"] = Device()
    network.devices["a"].max_repetitions = 5
    watch = Watch(target("a"), network, None, Pace(inventory_seconds=60), clock=time.clock)
    for _ in range(26):
        await watch.poll()
        time.now += 60
    sizes = [endpoint.max_repetitions for endpoint in network.endpoints]
    assert sizes == [20, *[5] * 23, 20, 5]


async def test_polls_that_run_out_of_their_time_leave_fewer_places(start, network):
    targets = [target(f"s{n}", school_id=f"school-{n}", interval_seconds=3600.0) for n in range(60)]
    for each in targets:
        network.devices[each.endpoint.host] = Device(slow=1.0)  # hand-made time stands still
    async with start(*targets, limits=Limits(at_once=60), pace=Pace(budget_seconds=0.05)) as poller:
        for each in targets:
            poller.look_now(each.endpoint.host)
        await asyncio.sleep(0.6)
        assert poller.measures.places._value.get() == 42
