"""The spool: numbers that never repeat, bounds that hold, losses that are counted, and nothing lost to a kill."""

import json
import os
import random
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from homeroom_agent.errors import SpoolError
from homeroom_agent.spool import Moment, Spool

SPOOL_SIZE = 2_000_000
DAY = 86400.0


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def open_spool(path: Path, *, max_bytes: int = SPOOL_SIZE, now: Clock | None = None) -> Spool:
    return Spool(path / "spool.db", max_bytes=max_bytes, max_age_seconds=30 * DAY, now=now or Clock(1.7e9))


def body(sequence: int) -> bytes:
    return b'{"sequence":%d}' % sequence


def noise(sequence: int) -> bytes:
    """A report that hardly compresses, as long as a real one is when packed."""
    return random.Random(sequence).randbytes(900)


def disk_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir())


def test_reports_come_back_in_order_newest_first_or_as_many_as_fit(tmp_path: Path):
    with open_spool(tmp_path) as spool:
        first = spool.append(body)
        second = spool.append(body, moment=Moment("boot", 12.5))
        assert [entry.sequence for entry in spool.peek(9)] == [first, second]
        assert [entry.sequence for entry in spool.peek(9, newest_first=True)] == [second, first]
        assert [entry.body for entry in spool.peek(9, max_bytes=1)] == [body(first)]
        assert spool.peek(9)[1].moment == Moment("boot", 12.5)
        spool.ack([first, 12345])
        assert [entry.sequence for entry in spool.peek(9)] == [second]


def test_numbers_go_up_by_one_and_survive_a_drained_and_reopened_spool(tmp_path: Path):
    with open_spool(tmp_path) as spool:
        numbers = [spool.append(body) for _ in range(3)]
        spool.ack(numbers)
        reserved = spool.reserve()
    with open_spool(tmp_path) as spool:
        assert [*numbers, reserved, spool.append(body)] == list(range(numbers[0], numbers[0] + 5))


def test_a_machine_set_up_again_does_not_use_a_number_twice(tmp_path: Path):
    with open_spool(tmp_path / "a", now=Clock(1.7e9)) as spool:
        last = [spool.append(body) for _ in range(20)][-1]
    with open_spool(tmp_path / "b", now=Clock(1.7e9 + 60)) as spool:
        assert spool.append(body) > last


def test_a_spool_names_its_writer_for_good_and_another_machines_spool_gets_another_name(tmp_path: Path):
    with open_spool(tmp_path / "a") as spool:
        writer = spool.writer
    with open_spool(tmp_path / "a") as spool, open_spool(tmp_path / "b") as other:
        assert spool.writer == writer
        assert re.fullmatch("[0-9a-f]{16}", writer)
        assert other.writer != writer
        spool.disown("this boot")
        assert spool.writer not in (writer, other.writer)


def test_a_report_that_cannot_be_written_uses_no_number(tmp_path: Path):
    with open_spool(tmp_path) as spool:
        number = spool.append(body)
        with pytest.raises(ZeroDivisionError):
            spool.append(lambda sequence: bytes(sequence // 0))
        assert spool.append(body) == number + 1


def test_the_bound_of_size_holds_on_disk_and_the_oldest_go_first_counted(tmp_path: Path):
    with open_spool(tmp_path, max_bytes=1_000_000) as spool:
        numbers = []
        for _ in range(1500):
            numbers.append(spool.append(noise))
            assert disk_bytes(tmp_path) <= 1_000_000
        kept = [entry.sequence for entry in spool.peek(9999)]
        assert kept == numbers[-len(kept) :]
        assert spool.lost_total == len(numbers) - len(kept) > 0


@pytest.mark.slow
def test_thirty_days_offline_at_five_minutes_fit(quick_disk: Path):
    clock = Clock(1.7e9)
    with open_spool(quick_disk, max_bytes=20_000_000, now=clock) as spool:
        for _ in range(30 * 288):
            clock.now += 300
            spool.append(noise)
        assert len(spool) == 30 * 288
        assert spool.lost_total == 0
    assert disk_bytes(quick_disk) < 20_000_000


def test_a_drained_spool_gives_the_disk_back(tmp_path: Path):
    with open_spool(tmp_path) as spool:
        spool.ack([spool.append(noise) for _ in range(800)])
    assert disk_bytes(tmp_path) < 100_000


def test_what_waited_too_long_is_dropped_and_counted(tmp_path: Path):
    clock = Clock(1.7e9)
    with open_spool(tmp_path, now=clock) as spool:
        spool.append(body)
        clock.now += 20 * DAY
        second = spool.append(body)
        clock.now += 11 * DAY
        third = spool.append(body)
        assert [entry.sequence for entry in spool.peek(9)] == [second, third]
        assert spool.lost_total == 1


def test_a_clock_that_leaps_to_2099_does_not_empty_the_spool(tmp_path: Path):
    clock = Clock(1.7e9)
    with open_spool(tmp_path, now=clock) as spool:
        spool.append(body)
        clock.now = 4.07e9
        spool.append(body)
        clock.now = 1.7e9 + 300
        spool.append(body)
        assert len(spool) == 3
        assert spool.lost_total == 0


def test_only_the_owner_may_read_the_spool(tmp_path: Path):
    with open_spool(tmp_path / "state") as spool:
        spool.append(body)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "state").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_two_processes_may_append_and_send_at_the_same_time(tmp_path: Path):
    with open_spool(tmp_path) as writer, open_spool(tmp_path) as reader:
        first = writer.append(body)
        assert [entry.sequence for entry in reader.peek(9)] == [first]
        second = writer.append(body)
        reader.ack([first])
        assert [entry.sequence for entry in writer.peek(9)] == [second]


@pytest.mark.parametrize("where", [0, 100, 4096, 9000])
def test_a_damaged_spool_is_begun_anew_and_reporting_goes_on(tmp_path: Path, where: int):
    with open_spool(tmp_path) as spool:
        for _ in range(200):
            last = spool.append(noise)
    file = tmp_path / "spool.db"
    with file.open("r+b") as raw:
        raw.seek(where)
        raw.write(b"\xa5" * 2000)
    with open_spool(tmp_path, now=Clock(1.7e9 + 60)) as spool:
        for _ in range(3):  # the first may meet the damage, and says so
            try:
                assert all(entry.body == noise(entry.sequence) for entry in spool.peek(9999))
            except SpoolError:
                continue
        assert spool.append(noise) > last


def test_what_is_no_damage_throws_nothing_away(tmp_path: Path):
    with open_spool(tmp_path) as spool:
        number = spool.append(body)
    with sqlite3.connect(tmp_path / "spool.db") as raw:
        raw.execute("UPDATE counters SET value = value - 1 WHERE name = 'sequence'")
    raw.close()
    with open_spool(tmp_path) as spool:
        with pytest.raises(SpoolError, match="UNIQUE"):
            spool.append(body)
        assert [entry.sequence for entry in spool.peek(9)] == [number]


def test_a_report_that_the_disk_changed_is_lost_and_counted_but_the_others_stand(tmp_path: Path):
    with open_spool(tmp_path) as spool:
        bad, good = spool.append(body), spool.append(body)
    with sqlite3.connect(tmp_path / "spool.db") as raw:
        raw.execute("UPDATE reports SET body = x'00112233' WHERE sequence = ?", (bad,))
    raw.close()
    with open_spool(tmp_path) as spool:
        assert [entry.sequence for entry in spool.peek(9)] == [good]
        assert (len(spool), spool.lost_total) == (1, 1)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match=r"spool\.db"):
        open_spool(tmp_path / "file")


FULL_DISK = """
import json, resource, signal, sys
from pathlib import Path
from homeroom_agent.spool import Spool
from homeroom_agent.errors import SpoolError
import random
import re
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
spool = Spool(Path(sys.argv[1]), max_bytes=20_000_000, max_age_seconds=1e6)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
told, refused = [], 0
for _ in range(300):
    try:
        told.append(spool.append(lambda sequence: random.Random(sequence).randbytes(900)))
    except SpoolError:
        refused += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
told.append(spool.append(lambda sequence: b"room again"))
print(json.dumps({"told": told, "refused": refused}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file size limit imitates the full disk; POSIX only")
def test_a_full_disk_refuses_new_reports_keeps_the_old_ones_and_is_overcome(tmp_path: Path):
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path / "spool.db"], capture_output=True, text=True, timeout=60, check=True
    )
    seen = json.loads(ran.stdout)
    assert seen["refused"] > 0
    with open_spool(tmp_path, max_bytes=20_000_000) as spool:
        assert [entry.sequence for entry in spool.peek(9999)] == seen["told"]
        assert spool.append(body) == seen["told"][-1] + 1


@pytest.mark.skipif(sys.platform != "linux", reason="ptrace stops a process at each system call on Linux only")
@pytest.mark.parametrize(("step", "reports"), [("append", 0), ("append", 5), ("ack", 5)])
def test_kill_9_at_every_system_call_loses_at_most_the_report_being_written(tmp_path: Path, step: str, reports: int):
    program = Path(__file__).with_name("kill_at_every_call.py")
    ran = subprocess.run(
        [sys.executable, program, tmp_path, step, str(reports)],
        capture_output=True,
        text=True,
        timeout=110,
        check=True,
    )
    outcomes = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(outcomes) > 50
    assert outcomes[-1]["told"], "the last run was not killed and told its numbers"
    for outcome in outcomes:
        before, told, kept = set(outcome["before"]), set(outcome["told"]), set(outcome["kept"])
        if step == "append":
            assert before | told <= kept, outcome
            assert len(kept - before) <= 1, outcome
        else:
            assert kept <= before - told, outcome
            assert len(kept) in (3, 5), outcome  # both or none
        assert not outcome["torn"], outcome
        assert outcome["next"][0] > max(before | told | kept, default=0), outcome


WRITER = """
import os, sys
from pathlib import Path
from homeroom_agent.spool import Spool
with Spool(Path(sys.argv[1]), max_bytes=2_000_000, max_age_seconds=1e6) as spool:
    while True:
        os.write(1, b"%d\\n" % spool.append(lambda sequence: b'{"sequence":%d}' % sequence))
"""


def test_kill_9_at_random_moments_repeats_no_number_and_loses_nothing_that_was_told(tmp_path: Path):
    dice, told = random.Random(5), []
    for _ in range(8):
        with subprocess.Popen([sys.executable, "-c", WRITER, tmp_path / "spool.db"], stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            told.append(int(writer.stdout.readline()))
            time.sleep(dice.uniform(0, 0.1))
            os.kill(writer.pid, signal.SIGKILL)
            told += [int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
    assert len(set(told)) == len(told)
    with open_spool(tmp_path) as spool:
        kept = {entry.sequence for entry in spool.peek(10**6)}
    assert set(told) <= kept
    assert len(kept) <= len(told) + 8
