"""Sequences by writer: each counts apart, and nobody's numbers are taken for another's."""

from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.ingest.lanes import MOST_WRITERS, Lanes

WRITERS = st.sampled_from(["", "0123456789abcdef", "fedcba9876543210"])


@given(st.lists(st.tuples(WRITERS, st.integers(0, 12)), max_size=60))
def test_it_is_one_set_for_each_writer_whatever_is_written_and_read_between(taken: list[tuple[str, int]]):
    text, plain = "", set[tuple[str, int]]()
    for writer, number in taken:
        lanes = Lanes(text)
        assert lanes.of(writer).add(number) is ((writer, number) not in plain)
        plain.add((writer, number))
        text = str(lanes)


def test_a_device_with_one_unnamed_writer_is_written_as_plain_ranges():
    lanes = Lanes("1-90,92-97")
    assert lanes.of("").add(98)
    assert str(lanes) == "1-90,92-98"


def test_the_writer_that_has_been_silent_longest_is_forgotten_first():
    text = ""
    for number in range(MOST_WRITERS + 3):
        lanes = Lanes(text)
        lanes.of(f"{number:016x}").add(7)
        text = str(lanes)
    assert text.count("=") == MOST_WRITERS
    assert 7 in Lanes(text).of(f"{MOST_WRITERS + 2:016x}")
    assert 7 not in Lanes(text).of(f"{0:016x}")


def test_thousands_of_new_profiles_close_no_gap_of_an_agent_beside_them():
    text = "00000000000000aa=1795000000000-1795000000009"
    for number in range(5000):
        lanes = Lanes(text)
        lanes.of(f"{number:016x}").add(800_000_000_000_000 + number * 2**22)
        if number % 10 == 0:
            lanes.of("00000000000000aa").add(1_795_000_000_010 + number // 10)
        text = str(lanes)
    assert Lanes(text).of("00000000000000aa").add(1_795_000_000_010 + 500)
