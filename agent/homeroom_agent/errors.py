"""The agent's errors. ``permanent`` decides retries, in one place: a permanent error is not cured by waiting."""


class AgentError(Exception):
    """Anything the agent can say went wrong, in words a technician can act on."""

    permanent = True


class ReportError(AgentError):
    """A report breaks the wire format; the message starts with the dotted path of the field."""


class ConfigError(AgentError):
    """The configuration cannot be used. ``problems`` holds every finding, each with its dotted path."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SettingError(AgentError):
    """One value of a configuration is not what it should be; the message says what was expected."""


class ProbeRegistryError(AgentError):
    """The probes of this build cannot be used: none found, or two with one name."""


class CaptureError(AgentError):
    """A captured file cannot be read, or is not what it claims to be. ``parse`` exits 1."""


class CaptureFormatError(AgentError):
    """A captured file is of a kind or format that this agent does not read. ``parse`` exits 3."""


class IdentityError(AgentError):
    """The device's key cannot be read, written or obtained. Waiting may help."""

    permanent = False


class SpoolError(AgentError):
    """The spool on disk cannot be read or written (disk full, read-only, damaged). Waiting may help."""

    permanent = False


class TransportError(AgentError):
    """The collector did not take what was sent.

    ``permanent`` is true where the same bytes will never be taken. ``retry_after_seconds`` is what the collector asked
    for, or None. ``status`` is the HTTP status, or None where there was no answer.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.status = status
        self.retry_after_seconds = retry_after_seconds
