"""Where the secrets of help desks come from: a file or the environment, never the settings themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from homeroom_collector.errors import ConfigError
from homeroom_collector.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSource:
    """One of the two. A file's last line break does not count."""

    file: Path | None = None
    env: str | None = None

    def __post_init__(self) -> None:
        if (self.file is None) == (self.env is None):
            raise ValueError("give either file or env")

    def read(self, where: str, environment: Mapping[str, str]) -> Secret:
        """The secret. Raises ConfigError, saying where it was looked for."""
        if self.env is not None:
            if not environment.get(self.env):
                raise ConfigError([f"{where}: the environment has no {self.env}"])
            return Secret(environment[self.env])
        assert self.file is not None
        try:
            text = self.file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError([f"{where}: {self.file} cannot be read: {error}"]) from None
        if not text:
            raise ConfigError([f"{where}: {self.file} is empty"])
        return Secret(text)
