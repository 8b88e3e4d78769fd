"""Each letter once: through a real mail server, with real processes that are killed, and on both stores."""

from __future__ import annotations

import asyncio
import random

import pytest

import letters_killed
from homeroom_collector.letters.post import Post, key_of
from homeroom_collector.mail import Letter
from homeroom_collector.store import Store, digests
from postbox import Mailbox

NAME, DAY, NOW = "monthly:lincoln:pat@d.example", 20261001, 1_790_000_000.0


async def letter() -> Letter:
    return Letter(key="", to="pat@d.example", subject="October", text="All is well")


async def nothing() -> None:
    return None


async def fate(store: Store, name: str = NAME) -> str:
    return await store.read(lambda connection: digests.fate(connection, name, DAY))


async def test_a_letter_is_sent_once_for_its_day(store: Store, box: Mailbox):
    post = Post(store, box.server)
    outcomes = [await post.once(NAME, day, NOW + n, letter) for n, day in enumerate((DAY, DAY, DAY + 1))]
    assert outcomes == ["sent", "done before", "sent"]
    assert [each["Message-ID"] for each in box.messages] == [f"<{key_of(NAME, DAY + n)}@d.example>" for n in (0, 1)]


async def test_where_there_is_nothing_to_tell_that_day_is_done(store: Store, box: Mailbox):
    post = Post(store, box.server)
    assert [await post.once(NAME, DAY, NOW, each) for each in (nothing, letter)] == ["empty", "done before"]
    assert box.messages == []


async def test_what_the_server_did_not_take_is_tried_again_after_a_while(store: Store, box: Mailbox):
    box.answers = ["451 come back later"]
    post = Post(store, box.server)
    assert await post.once(NAME, DAY, NOW, letter) == "failed"
    assert await post.once(NAME, DAY, NOW + 10, letter) == "not ours"
    assert await post.once(NAME, DAY, NOW + 301, letter) == "sent"


async def test_a_letter_that_may_have_been_taken_is_never_sent_again(store: Store, box: Mailbox):
    box.lost = 1
    post = Post(store, box.server)
    assert await post.once(NAME, DAY, NOW, letter) == "unknown"
    assert await post.once(NAME, DAY, NOW + 1e6, letter) == "done before"
    assert (len(box.messages), await fate(store)) == (1, "unknown")


async def test_a_process_that_ended_while_it_wrote_is_followed_by_another(store: Store, box: Mailbox):
    begin = await store.write(lambda connection: digests.begin(connection, NAME, DAY, NOW, 300))
    assert begin is not None
    post = Post(store, box.server)
    assert await post.once(NAME, DAY, NOW + 200, letter) == "not ours"
    assert await post.once(NAME, DAY, NOW + 301, letter) == "sent"
    # The first one wakes up after all, and must not send what is not its own any more.
    assert not await store.write(lambda connection: digests.hand_over(connection, begin, NOW + 302))


async def test_a_failure_while_it_is_written_is_told_and_costs_nothing(store: Store, box: Mailbox):
    async def broken() -> Letter:
        raise ValueError("no figures")

    post = Post(store, box.server)
    with pytest.raises(ValueError, match="no figures"):
        await post.once(NAME, DAY, NOW, broken)
    assert await post.once(NAME, DAY, NOW + 301, letter) == "sent"


async def test_who_is_told_to_stop_finishes_what_is_on_its_way(store: Store, box: Mailbox):
    box.slow_seconds = 0.5
    task = asyncio.create_task(Post(store, box.server).once(NAME, DAY, NOW, letter))
    while await fate(store) != "unknown":  # given to the server, which takes its time
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (len(box.messages), await fate(store)) == (1, "sent")


async def test_kill_9_and_replicas_send_no_letter_twice_and_leave_none_out(store_url: str, box: Mailbox):
    at_once = 3 if store_url.startswith("postgresql") else 1
    kills, seed = 6, random.randrange(10_000)
    outcome = await letters_killed.killed(store_url, box, 15, kills, at_once, seed)
    assert outcome.early, seed
    # A kill in the very moment in which the server has a letter leaves it in doubt.
    assert outcome.unknown <= kills * at_once, seed
    assert (outcome.twice, outcome.left_out, outcome.made_up) == (0, 0, 0), seed
