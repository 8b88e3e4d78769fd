"""A real mail server for each test."""

from collections.abc import Iterator

import pytest

from postbox import Mailbox, open_mailbox


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with open_mailbox() as box:
        yield box
