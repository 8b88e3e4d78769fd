"""The collector's errors. ``permanent`` decides retries, in one place: a permanent error is not cured by waiting."""

from collections.abc import Mapping


class CollectorError(Exception):
    """Anything the collector can say went wrong, in words a person can act on."""

    permanent = True


class ConfigError(CollectorError):
    """The configuration cannot be used. ``problems`` holds every finding, each with its dotted path."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreUnavailableError(CollectorError):
    """The store does not answer, is full or is read-only. Nothing was acknowledged; waiting may help."""

    permanent = False


class StoreDamagedError(StoreUnavailableError):
    """What the store's file holds is not what was written: a disk or a machine broke. No waiting cures that."""

    permanent = True


class RefusedError(CollectorError):
    """What a client sent will never be taken. ``status`` is the HTTP status that says so."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class SourceError(CollectorError):
    """A file or an address of somebody else gave nothing that can be used. Tomorrow it may."""

    permanent = False


class SnmpError(CollectorError):
    """A device could not be asked, or its answer could not be understood.

    ``rows`` is what a broken walk had read before it broke, keyed by OID: true as far as it goes.
    """

    permanent = False

    def __init__(self, message: str, rows: Mapping[str, int | float | bytes | str] | None = None) -> None:
        super().__init__(message)
        self.rows = rows or {}


class SnmpTimeoutError(SnmpError):
    """No answer within the time and tries allowed."""


class SnmpRefusedError(SnmpTimeoutError):
    """The host answered that nothing listens there, or it cannot be routed to. Asking again at once is no use."""


class SnmpAuthenticationError(SnmpError):
    """The device answered that the SNMPv3 user, password or context is wrong."""

    permanent = True


class SnmpAnswerError(SnmpError):
    """The device answered something that cannot be right: an endless walk, a wrong type, a broken message."""


class SatelliteError(CollectorError):
    """A satellite has no way in: no key, no token, or no disk for them. Somebody has to act; then it goes on."""

    permanent = False


class ProfileError(CollectorError):
    """A device profile is not valid; the message names the file and the dotted path."""
