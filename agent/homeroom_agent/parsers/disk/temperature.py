"""Which disk temperatures are measurements."""

from homeroom_agent.parsers.values import number

# Zero kelvin, zero Celsius and 16-bit overflows are what a controller without a sensor returns. Drives are specified
# from -40 to 85 degrees and shut down near 100.
_COLDEST, _HOTTEST = -40.0, 125.0
_NOT_MEASURED = (0.0, -44.0)


def celsius(value: object) -> float | None:
    """The temperature, None where it cannot be one."""
    measured = number(value, _COLDEST, _HOTTEST)
    return None if measured in _NOT_MEASURED else measured
