"""What is remembered of attempts to reach the collector, so that a timer's runs and a service wait alike."""

from __future__ import annotations

from homeroom_agent.state import State

_LONGEST_WAIT_SECONDS = 2 * 86400.0


def wait_seconds(state: State, now: float) -> float:
    """How long the last failure still keeps the agent from trying again. ``now`` is Unix seconds."""
    left = float(state.get("delivery").get("not_before", 0.0)) - now
    return left if 0 < left <= _LONGEST_WAIT_SECONDS else 0.0  # longer: the clock was set back since


def failures(state: State) -> int:
    """Failures in a row."""
    return int(state.get("delivery").get("failures", 0))


def note_failure(state: State, now: float, wait: float) -> None:
    """One more failure; nobody is to try again before ``wait`` seconds have passed."""
    before = state.get("delivery")
    state.put({"delivery": {**before, "failures": failures(state) + 1, "not_before": now + wait}})


def note_success(state: State, now: float) -> None:
    """The collector took what waited."""
    state.put({"delivery": {"failures": 0, "succeeded_at": now}})
