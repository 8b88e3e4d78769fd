"""One real Request Tracker for all tests of a worker."""

from collections.abc import Iterator

import pytest

from request_tracker import RequestTracker, program, running


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestTracker]:
    if program() is None:
        pytest.skip("needs Request Tracker 5; install it with: make tools")
    with running(tmp_path_factory.mktemp("rt")) as server:
        yield server
