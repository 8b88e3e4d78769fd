"""Boots and unexpected shutdowns, as a laptop lives them."""

from homeroom_agent import boots

Memory = dict[str, object]


def boot(memory: Memory, name: str, *, watching: bool = True, ended: str = "") -> Memory:
    return boots.begin(memory, name, watching=watching, ended=ended)


def test_a_boot_is_counted_once_however_often_the_agent_starts():
    memory = boot(boot(boot({}, "a"), "a"), "a")
    assert (memory["boots_total"], memory["unexpected_shutdowns_total"]) == (1, 0)


def test_a_shutdown_that_told_the_agent_is_not_unexpected():
    memory = boot(boot({}, "a"), "b", ended="a")
    assert (memory["boots_total"], memory["unexpected_shutdowns_total"]) == (2, 0)


def test_a_battery_that_ran_out_is_unexpected():
    memory = boot(boot({}, "a"), "b")
    assert (memory["boots_total"], memory["unexpected_shutdowns_total"]) == (2, 1)


def test_a_mark_of_an_older_boot_excuses_nothing():
    memory = boot(boot(boot({}, "a"), "b", ended="a"), "c", ended="a")
    assert memory["unexpected_shutdowns_total"] == 1


def test_under_a_timer_nobody_watches_and_the_number_stays_unknown():
    memory = boot(boot({}, "a", watching=False), "b", watching=False)
    assert memory["boots_total"] == 2
    assert "unexpected_shutdowns_total" not in memory


def test_an_agent_that_was_not_running_when_the_power_went_cannot_know():
    memory = boot(boot({}, "a"), "b", watching=False, ended="a")
    assert boot(memory, "c")["unexpected_shutdowns_total"] == 0


def test_a_boot_time_that_moves_with_the_clock_is_no_boot():
    assert boots.same_boot("time:1700000000", "time:1700000042")
    assert not boots.same_boot("time:1700000000", "time:1700003600")
    assert not boots.same_boot("a", "b")
