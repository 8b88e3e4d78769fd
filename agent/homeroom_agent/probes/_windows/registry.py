"""Windows: values of ``HKEY_LOCAL_MACHINE``, read only, the 64-bit view."""

import sys

assert sys.platform == "win32"

import winreg

_ACCESS = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
_MOST = 512
_UNIX_EPOCH_FILETIME = 116_444_736_000_000_000  # 100 ns since 1601


def values(path: str) -> dict[str, int | str | bytes]:
    """Every value of a key; empty where the key is missing or may not be read."""
    found: dict[str, int | str | bytes] = {}
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, _ACCESS) as key:
            for index in range(min(winreg.QueryInfoKey(key)[1], _MOST)):
                name, value, _ = winreg.EnumValue(key, index)
                if isinstance(value, int | str | bytes):
                    found[name] = value
    except OSError:
        return found
    return found


def keys(path: str) -> list[str]:
    """Names of the keys below; empty where there are none."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, _ACCESS) as key:
            return [winreg.EnumKey(key, index) for index in range(min(winreg.QueryInfoKey(key)[0], _MOST))]
    except OSError:
        return []


def exists(path: str) -> bool:
    """Whether the key is there."""
    return modified_at(path) is not None


def modified_at(path: str) -> float | None:
    """When the key last changed, Unix seconds; None where there is none."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, _ACCESS) as key:
            return (winreg.QueryInfoKey(key)[2] - _UNIX_EPOCH_FILETIME) / 1e7
    except OSError:
        return None
