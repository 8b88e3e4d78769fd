"""Who may measure a school's line now, and how much may pass. Pure: facts, policy and ``now`` in, leave or none out.

A line's allowance is a token bucket that starts empty. With size ``C`` and refill ``r`` at most ``C + r·W`` bytes pass
in any ``W`` seconds, also across restarts; both are chosen so that this is the permitted share of the contracted
bandwidth over the averaging time, and less over any longer one. Leave that is given keeps its bytes reserved in the
bucket; they leave it when they have passed, and never count twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, tzinfo

START_WITHIN_SECONDS = 60.0
"""A measurement that has not begun by then is not made."""
LIFETIME_SECONDS = 90.0
"""Whatever still passes after this is cut off: a device takes at most ten seconds each way."""

_BITS = 8
_OVERHEAD = 1.08  # headers of Ethernet, IP, TCP and TLS around full-sized segments
_LEAST_BYTES = 100_000  # less says nothing: TCP would still be starting
_PARTS = 4  # of the allowance: two measurements may follow each other at once, each with two directions
_BURST_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A time of day on the school's clock; past midnight where ``end`` is not after ``start``."""

    start: time
    end: time

    def hold(self, moment: float, zone: tzinfo) -> bool:
        """Whether a moment (Unix seconds) lies within, ``end`` excluded."""
        local = datetime.fromtimestamp(moment, zone).time()
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a district permits. ``every_seconds``: no device is asked again sooner."""

    share_ratio: float = 0.01
    at_once: int = 2
    most_bytes: int = 10_000_000
    every_seconds: float = 86_400.0
    averaging_seconds: float = 3_600.0
    default_bandwidth_bps: int | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a line may carry: ``bytes_each_way`` per measurement, a bucket's size and its refill."""

    bytes_each_way: int
    bucket_bytes: float
    bytes_per_second: float

    @property
    def cost_bytes(self) -> int:
        """Of one measurement, both ways."""
        return 2 * self.bytes_each_way


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Bytes that may pass, as of ``at`` seconds on a clock that nobody sets. A new one is empty."""

    at: float
    bytes_left: float = 0.0

    def filled(self, allowance: Allowance, now: float) -> Bucket:
        """The same at ``now``."""
        more = max(0.0, now - self.at) * allowance.bytes_per_second
        return Bucket(at=max(self.at, now), bytes_left=min(allowance.bucket_bytes, self.bytes_left + more))

    def without(self, passed: int) -> Bucket:
        """The same after bytes have passed."""
        return replace(self, bytes_left=self.bytes_left - passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A school's line at ``now``. ``reserved_bytes`` are those of the ``running`` measurements.

    ``devices`` share it: all that were heard on campus and could measure.
    """

    allowance: Allowance
    bucket: Bucket
    reserved_bytes: int
    running: int
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A device that reports. None is what nobody knows; ``asked_at`` is on the bucket's clock, None: never."""

    on_campus: bool | None
    metered: bool | None
    asked_at: float | None


def allowance(policy: Policy, contracted_bps: int | None) -> Allowance | None:
    """What a line of this bandwidth may carry; None where that is unknown, or too little to learn anything from."""
    bps = policy.default_bandwidth_bps if contracted_bps is None else contracted_bps
    period = policy.averaging_seconds
    total = (bps or 0) / _BITS * policy.share_ratio * period / _OVERHEAD
    size = int(min(policy.most_bytes, total * _BURST_SHARE / _PARTS))
    if size < _LEAST_BYTES:
        return None
    bucket = float(size * _PARTS)
    return Allowance(bytes_each_way=size, bucket_bytes=bucket, bytes_per_second=(total - bucket) / period)


def asked_lately(policy: Policy, asked_at: float | None, now: float) -> bool:
    """Whether a device had its chance so lately that nothing else matters."""
    return asked_at is not None and now - asked_at < policy.every_seconds


def round_seconds(policy: Policy, line: Line) -> float:
    """How long until every device had its turn: none comes again while others wait for their first."""
    return max(policy.every_seconds, line.devices * line.allowance.cost_bytes / line.allowance.bytes_per_second)


def may_measure(policy: Policy, line: Line, candidate: Candidate, now: float) -> bool:
    """Whether a device may measure at ``now``, on the bucket's clock, apart from the time of day."""
    if candidate.on_campus is not True or candidate.metered:
        return False
    if line.running >= policy.at_once:
        return False
    if candidate.asked_at is not None and now - candidate.asked_at < round_seconds(policy, line):
        return False
    free = line.bucket.filled(line.allowance, now).bytes_left - line.reserved_bytes
    return free >= line.allowance.cost_bytes


def within_hours(policy: Policy, moment: float, zone: tzinfo) -> bool:
    """Whether a measurement that begins at ``moment`` (Unix seconds) is over before the permitted hours are."""
    hours = policy.hours
    return hours is None or (hours.hold(moment, zone) and hours.hold(moment + LIFETIME_SECONDS, zone))
