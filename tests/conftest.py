"""Options shared by all tests."""

import os

import hypothesis
import pytest

# How long one example takes says more of the machine's other work than of ours.
hypothesis.settings.register_profile("homeroom", deadline=None)
hypothesis.settings.load_profile("homeroom")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: tests wait for other programs two fifths of their time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores * 3 // 2)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forbid-skips", action="store_true", help="fail where a test is skipped")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several workers share the tests, spread those that mostly wait: none comes late, nor two in a row."""
    waiting = [item for item in items if item.get_closest_marker("slow")]
    if "PYTEST_XDIST_WORKER" not in os.environ or not waiting:
        return
    others = [item for item in items if not item.get_closest_marker("slow")]
    every = len(others) // len(waiting)
    items[:] = [
        item for place, slow in enumerate(waiting) for item in (slow, *others[place * every : (place + 1) * every])
    ] + others[len(waiting) * every :]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    outcome = yield
    report = outcome.get_result()
    if report.skipped and item.config.getoption("--forbid-skips") and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, and skips are forbidden here: {reason}"
