import pytest

from homeroom_collector.snmp.reading.uptime import WRAP_TICKS, Clocks, restarted, uptime_seconds

DAY = 86_400


def clocks(agent_days=None, engine_days=None, host_days=None, boots=None):
    """Clocks of a device that has been up so many days; tick counters wrap as on the wire."""
    ticks = [None if days is None else int(days * DAY * 100) % WRAP_TICKS for days in (agent_days, host_days)]
    engine = None if engine_days is None else int(engine_days * DAY)
    return Clocks(agent_ticks=ticks[0], engine_seconds=engine, host_ticks=ticks[1], boots=boots)


@pytest.mark.parametrize(
    ("read", "days"),
    [
        (clocks(agent_days=3), 3),
        (clocks(agent_days=985, engine_days=985), 985),
        (clocks(agent_days=985, engine_days=985, host_days=985), 985),
        (clocks(agent_days=3, engine_days=0), 3),
        (clocks(agent_days=3, engine_days=700), 3),
        (clocks(engine_days=12), 12),
        (clocks(host_days=12), 12),
        (clocks(agent_days=11, host_days=116), 116),
        (clocks(agent_days=25, host_days=4), 25),
        (clocks(agent_days=100, host_days=100.5), 100),
    ],
    ids=[
        "agent alone",
        "wrapped once, the engine knows",
        "wrapped twice over, all three",
        "engine says nothing",
        "engine counts something else",
        "engine alone",
        "host alone",
        "agent restarted since",
        "host clock wrapped early",
        "agent started a little after its host",
    ],
)
def test_three_clocks_make_one_uptime(read, days):
    assert uptime_seconds(read) == pytest.approx(days * DAY, abs=1)


def test_without_a_clock_there_is_no_uptime():
    assert uptime_seconds(Clocks()) is None
    assert uptime_seconds(Clocks(engine_seconds=0, host_ticks=0)) is None


def test_a_wrap_after_497_days_is_no_restart():
    before = Clocks(agent_ticks=WRAP_TICKS - 3_000)
    assert not restarted(before, Clocks(agent_ticks=3_000), elapsed_seconds=60)


def test_a_clock_that_went_back_is_a_restart():
    assert restarted(clocks(agent_days=30), Clocks(agent_ticks=2_000), elapsed_seconds=60)


def test_a_late_poll_after_a_wrap_is_no_restart():
    before = Clocks(agent_ticks=WRAP_TICKS - 100_000)
    assert not restarted(before, Clocks(agent_ticks=260_000), elapsed_seconds=3_600)


def test_an_agent_that_restarts_on_a_running_host_is_no_restart():
    before = clocks(agent_days=11, host_days=116, boots=4)
    after = Clocks(agent_ticks=100, host_ticks=int(116.01 * DAY * 100), boots=5)
    assert not restarted(before, after, elapsed_seconds=864)


def test_more_engine_boots_are_a_restart_where_no_host_clock_denies_it():
    assert restarted(clocks(agent_days=1, boots=4), clocks(agent_days=1.01, boots=5), elapsed_seconds=864)


def test_the_engine_alone_tells_a_restart():
    assert restarted(clocks(engine_days=5), clocks(engine_days=0.01), elapsed_seconds=60)
    assert not restarted(clocks(engine_days=5), clocks(engine_days=5.01), elapsed_seconds=864)
