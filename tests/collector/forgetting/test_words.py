"""Blacking out words: alone, in any case, and never so that a document is not one any more."""

from __future__ import annotations

import json

import pytest

from homeroom_collector.store.forgetting.words import patterns, without


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("saw pf3abcd1 today", "saw [forgotten] today"),
        ("PF3ABCD1", "[forgotten]"),
        ("PF3ABCD12 and XPF3ABCD1 and PF3ABCD1-2 are others", "PF3ABCD12 and XPF3ABCD1 and PF3ABCD1-2 are others"),
        ("(PF3ABCD1), and 4711", "([forgotten]), and [forgotten]"),
        ('{"a":["PF3ABCD1",4711,1.50],"b":"x 4711"}', '{"a":["[forgotten]",4711,1.5],"b":"x [forgotten]"}'),
        ('{ "a" : 4711 }', '{ "a" : 4711 }'),
        ("4711", "[forgotten]"),
    ],
)  # fmt: skip
def test_a_word_is_blacked_out_where_it_stands_alone(text: str, after: str):
    cleaned = without(text, patterns(("PF3ABCD1", "4711")))
    assert cleaned == after
    if text.startswith("{"):
        json.loads(cleaned)
