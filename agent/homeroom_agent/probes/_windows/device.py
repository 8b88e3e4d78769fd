"""What is asked of a device driver, whoever carries the question."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Device(Protocol):
    """An opened device."""

    def control(self, code: int, query: bytes, size: int) -> bytes:
        """DeviceIoControl: the driver's answer of at most ``size`` bytes. Raises OSError where it refuses."""
        ...


Opener = Callable[[str], AbstractContextManager[Device]]


def answer(device: Device, code: int, query: bytes, size: int) -> bytes:
    """The driver's answer; empty where it refuses, so that one refusal costs one fact."""
    try:
        return device.control(code, query, size)
    except OSError:
        return b""
