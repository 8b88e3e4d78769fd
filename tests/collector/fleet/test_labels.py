"""Texts that many devices share are held once, and those that one had are let go."""

from homeroom_collector.fleet.labels import SharedTexts

MOUNT = ("mount",)


def test_rows_alike_are_one_object_however_many_others_there_are():
    texts = SharedTexts(limit=10)
    common, labels = texts.rows(MOUNT, ("/", "/home"))
    for number in range(1_000):
        texts.rows(MOUNT, (f"/{number}",))
        if number % 5 == 0:
            again, labels_again = texts.rows(MOUNT, ("/", "/home"))
            assert again is common
            assert labels_again is labels


def test_whatever_devices_call_their_parts_the_memory_is_bounded():
    texts = SharedTexts(limit=10)
    for number in range(1_000):
        keys = (f"/{number}",)
        assert texts.rows(MOUNT, keys) == (keys, (f',mount="/{number}"}} '.encode(),))
        assert len(texts) <= 20


def test_the_same_keys_under_other_labels_are_other_texts():
    texts = SharedTexts()
    assert texts.rows(MOUNT, ("a",))[1] != texts.rows(("disk",), ("a",))[1]
