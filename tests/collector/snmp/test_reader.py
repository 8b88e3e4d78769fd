import pytest

from contracts.recording import RecordingSession
from homeroom_collector.errors import SnmpAnswerError, SnmpAuthenticationError, SnmpTimeoutError
from homeroom_collector.snmp.reading.reader import Memory, Reader

VALUES = {"1.3.6.1.2.1.1.2.0": 1, "1.9.1.1.5": 10, "1.9.1.1.6": 11, "1.9.1.2.5": 20, "1.9.1.3.5": 30}


class FailingSession(RecordingSession):
    """A recorded device that fails on some OIDs; ``dead`` fails on everything from then on."""

    def __init__(self, values, failures):
        super().__init__(values)
        self.failures = failures
        self.dead = False
        self.asked = []

    async def get(self, oids):
        self.asked += oids
        self._fail(oids)
        return await super().get(oids)

    async def walk(self, oid, *, limit=50_000):
        self.asked.append(oid)
        self._fail([oid])
        return await super().walk(oid, limit=limit)

    def _fail(self, oids):
        if self.dead:
            raise SnmpTimeoutError("no answer")
        for oid in oids:
            if oid in self.failures:
                raise self.failures[oid]


def reader(failures=None, memory=None):
    return Reader(FailingSession(VALUES, failures or {}), memory or Memory())


async def test_a_column_that_fails_leaves_the_others():
    read = reader({"1.9.1.2": SnmpAnswerError("endless")})
    columns = await read.columns("t", "1.9.1", (1, 2, 3))
    assert columns == {1: {"5": 10, "6": 11}, 2: {}, 3: {"5": 30}}
    assert [(e.table, e.error) for e in read.errors] == [("t", "endless")]


async def test_what_came_before_a_walk_broke_stands():
    read = reader({"1.9.1.2": SnmpAnswerError("the walk was cut", rows={"1.9.1.2.5": 20})})
    assert (await read.columns("t", "1.9.1", (1, 2)))[2] == {"5": 20}
    assert [e.error for e in read.errors] == ["the walk was cut"]


async def test_a_timeout_in_one_column_leaves_the_others():
    read = reader({"1.9.1.2": SnmpTimeoutError("slow")})
    assert (await read.columns("t", "1.9.1", (1, 2, 3)))[3] == {"5": 30}
    assert [e.error for e in read.errors] == ["timeout"]


async def test_a_device_that_died_meanwhile_ends_the_poll():
    read = reader()
    await read.column("t", "1.9.1.1")
    read.session.dead = True
    with pytest.raises(SnmpTimeoutError):
        await read.column("t", "1.9.1.2")


async def test_a_device_that_never_answered_is_asked_once():
    read = reader()
    read.session.dead = True
    with pytest.raises(SnmpTimeoutError):
        await read.scalars("t", ["1.9.9.0"])
    assert read.session.asked == ["1.9.9.0"]


async def test_a_refusal_ends_the_poll():
    read = reader({"1.9.1.2": SnmpAuthenticationError("wrong password")})
    await read.column("t", "1.9.1.1")
    with pytest.raises(SnmpAuthenticationError):
        await read.column("t", "1.9.1.2")


async def test_a_missing_first_column_does_not_hide_the_table():
    columns = await reader().columns("t", "1.9.1", (7, 2))
    assert columns == {7: {}, 2: {"5": 20}}


async def test_an_absent_table_costs_two_requests_once():
    memory = Memory()
    first = reader(memory=memory)
    assert await first.columns("t", "1.8.1", (1, 2, 3)) == {1: {}, 2: {}, 3: {}}
    assert first.session.asked == ["1.8.1.1", "1.8.1"]
    second = reader(memory=memory)
    assert await second.columns("t", "1.8.1", (1, 2, 3)) == {1: {}, 2: {}, 3: {}}
    assert second.session.asked == []


async def test_an_absent_scalar_is_not_asked_for_again():
    memory = Memory()
    await reader(memory=memory).scalars("t", ["1.9.9.0", "1.3.6.1.2.1.1.2.0"])
    again = reader(memory=memory)
    assert await again.scalars("t", ["1.9.9.0", "1.3.6.1.2.1.1.2.0"]) == {"1.3.6.1.2.1.1.2.0": 1}
    assert again.session.asked == ["1.3.6.1.2.1.1.2.0"]


async def test_a_column_is_walked_once_within_a_poll():
    read = reader()
    assert await read.column("t", "1.9.1.1") is await read.column("u", "1.9.1.1")
    assert read.session.asked == ["1.9.1.1"]


async def test_what_was_parsed_is_kept_until_the_next_inventory():
    memory, made = Memory(), []

    async def make():
        made.append(1)
        return "labels"

    for _ in range(3):
        assert await reader(memory=memory).once("k", make) == "labels"
    assert len(made) == 1


async def test_what_failed_is_tried_again_at_the_next_polls_but_not_for_ever():
    memory, made = Memory(), []
    for _ in range(5):
        read = reader({"1.9.1.2": SnmpAnswerError("broken")}, memory)
        await read.column("t", "1.9.1.1")

        async def make(read=read):
            made.append(1)
            return await read.column("t", "1.9.1.2")

        await read.once("k", make)
    assert len(made) == 3


async def test_many_instances_are_asked_in_parts_that_fail_apart():
    read = reader({"1.7.0": SnmpAnswerError("genErr")})
    await read.column("t", "1.9.1.1")
    oids = [*(f"1.7.{n}" for n in range(256)), "1.9.1.1.5"]
    assert await read.instances("t", oids) == {"1.9.1.1.5": 10}


async def poll(memory, *, failures=None, values=VALUES):
    """One poll of one table and one scalar, with a label that is read with the inventory only."""
    read = Reader(FailingSession(values, failures or {}), memory)
    await read.prefetch()
    await read.scalars("t", ["1.3.6.1.2.1.1.2.0", "1.9.9.0"])
    await read.once("label", lambda: read.column("t", "1.9.1.3"))
    columns = await read.columns("t", "1.9.1", (1, 2))
    read.settle()
    return read, columns


async def test_the_second_poll_asks_for_all_values_at_once():
    memory = Memory()
    await poll(memory)
    read, columns = await poll(memory)
    assert columns == {1: {"5": 10, "6": 11}, 2: {"5": 20}}
    assert read.session.asked == ["1.3.6.1.2.1.1.2.0", "1.9.1.1.5", "1.9.1.1.6", "1.9.1.2.5"]
    assert not read.vanished


async def test_a_value_that_is_gone_is_noticed():
    memory = Memory()
    await poll(memory)
    read, columns = await poll(memory, values={k: v for k, v in VALUES.items() if k != "1.9.1.1.6"})
    assert columns[1] == {"5": 10}
    assert read.vanished


async def test_a_value_that_comes_and_goes_is_asked_for_again():
    memory = Memory()
    await poll(memory)
    for values in ({k: v for k, v in VALUES.items() if k != "1.9.1.1.6"}, VALUES):
        read, columns = await poll(memory, values=values)
    assert columns[1] == {"5": 10, "6": 11}
    assert not read.vanished


async def test_what_cannot_be_had_at_once_is_walked():
    memory = Memory()
    await poll(memory)
    read, columns = await poll(memory, failures={"1.9.1.1.6": SnmpAnswerError("genErr")})
    assert columns == {1: {"5": 10, "6": 11}, 2: {"5": 20}}
    assert not read.vanished


async def test_a_device_that_takes_few_instances_but_long_walks_is_walked():
    memory = Memory()
    await poll(memory)
    read = reader(memory=memory)
    read.session.max_bindings = 1
    await read.prefetch()
    assert read.session.asked == ["1.3.6.1.2.1.1.2.0"]


async def test_rows_that_come_and_go_are_walked_at_every_poll():
    memory = Memory()
    for values in ({"1.3.6.1.2.1.1.2.0": 1}, VALUES):
        read = Reader(FailingSession(values, {}), memory)
        await read.prefetch()
        with read.growing():
            column = await read.column("t", "1.9.1.1")
        read.settle()
    assert column == {"5": 10, "6": 11}
