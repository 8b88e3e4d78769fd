"""Facts of a satellite, the poller that a school has of its own."""

from dataclasses import dataclass

from homeroom_agent.report.bounds import count, ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Satellite:
    """How a satellite at a school fares: what it polls, and what waits on its disk for the collector."""

    targets: int | None = count("network devices that it polls")
    answering: int | None = count("of those, how many answered when last asked")
    waiting_reports: int | None = count("reports that wait for the collector")
    poll_busy_ratio: float | None = ratio("share of one processor core that polling uses")
