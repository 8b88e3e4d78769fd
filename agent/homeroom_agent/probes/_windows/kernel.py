"""Windows: the raw calls, through ctypes. Nothing is decided or decoded here; bytes go in and come out.

None of them needs administrator rights. None has been run: there was no Windows to run it on (docs/agent-platforms.md).
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

assert sys.platform == "win32"

_GENERIC_READ = 0x80000000
_SHARE_READ_WRITE = 0x3
_OPEN_EXISTING = 3
_INVALID_HANDLE = ctypes.c_void_p(-1).value
_BATTERY_CLASS = bytes.fromhex("541e6372a478d011bcf700aa00b7b32a")  # GUID_DEVICE_BATTERY, as it lies in memory
_PRESENT_INTERFACES = 0x12  # DIGCF_PRESENT | DIGCF_DEVICEINTERFACE
_MOST_BATTERIES = 16
_RSMB = 0x52534D42
_TPM_NOT_FOUND = 0x8028400F
_FIRMWARE_UEFI = {1: False, 2: True}
_IF_ROW_BYTES = 1352
_OPCODE_RSSI, _OPCODE_CHANNEL = 0x10000102, 8
_WLAN_CLIENT_VERSION = 2

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)


class _Device:
    """A device handle as the Device protocol."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def control(self, code: int, query: bytes, size: int) -> bytes:
        """DeviceIoControl, synchronous."""
        buffer, returned = ctypes.create_string_buffer(size), wintypes.DWORD()
        done = _kernel32.DeviceIoControl(
            wintypes.HANDLE(self._handle),
            wintypes.DWORD(code),
            query or None,
            len(query),
            buffer,
            size,
            ctypes.byref(returned),
            None,
        )
        if not done:
            raise ctypes.WinError(ctypes.get_last_error())
        return buffer.raw[: returned.value]


@contextmanager
def opened(path: str, access: int = 0) -> Iterator[_Device]:
    """Open a device; the default of no access right is enough for questions that change nothing. Raises OSError."""
    _kernel32.CreateFileW.restype = wintypes.HANDLE
    handle = _kernel32.CreateFileW(path, access, _SHARE_READ_WRITE, None, _OPEN_EXISTING, 0, None)
    if handle in (None, _INVALID_HANDLE):
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        yield _Device(handle)
    finally:
        _kernel32.CloseHandle(wintypes.HANDLE(handle))


@contextmanager
def opened_for_reading(path: str) -> Iterator[_Device]:
    """Open a device for reading, which the battery driver asks for. Raises OSError."""
    with opened(path, _GENERIC_READ) as device:
        yield device


class _InterfaceData(ctypes.Structure):
    """SP_DEVICE_INTERFACE_DATA."""

    _fields_ = (
        ("size", wintypes.DWORD),
        ("class_guid", ctypes.c_byte * 16),
        ("flags", wintypes.DWORD),
        ("reserved", ctypes.c_void_p),
    )


def battery_paths() -> list[str]:
    """Device paths of every battery, a UPS on USB included."""
    setup = ctypes.WinDLL("setupapi", use_last_error=True)
    setup.SetupDiGetClassDevsW.restype = wintypes.HANDLE
    devices = setup.SetupDiGetClassDevsW(_BATTERY_CLASS, None, None, _PRESENT_INTERFACES)
    if devices in (None, _INVALID_HANDLE):
        return []
    devices = wintypes.HANDLE(devices)
    try:
        return [path for index in range(_MOST_BATTERIES) if (path := _battery_path(setup, devices, index))]
    finally:
        setup.SetupDiDestroyDeviceInfoList(devices)


def _battery_path(setup: ctypes.WinDLL, devices: wintypes.HANDLE, index: int) -> str | None:
    data = _InterfaceData(size=ctypes.sizeof(_InterfaceData))
    if not setup.SetupDiEnumDeviceInterfaces(devices, None, _BATTERY_CLASS, index, ctypes.byref(data)):
        return None
    detail = ctypes.create_string_buffer(2048)
    # SP_DEVICE_INTERFACE_DETAIL_DATA_W states the size of its fixed part, which depends on the alignment.
    ctypes.memmove(detail, (8 if ctypes.sizeof(ctypes.c_void_p) == 8 else 6).to_bytes(4, "little"), 4)
    if not setup.SetupDiGetDeviceInterfaceDetailW(devices, ctypes.byref(data), detail, len(detail), None, None):
        return None
    return ctypes.wstring_at(ctypes.addressof(detail) + 4)


def firmware_table() -> bytes:
    """The raw SMBIOS table; empty where there is none."""
    size = _kernel32.GetSystemFirmwareTable(_RSMB, 0, None, 0)
    buffer = ctypes.create_string_buffer(size)
    written = _kernel32.GetSystemFirmwareTable(_RSMB, 0, buffer, size)
    return buffer.raw[:written] if 0 < written <= size else b""


def starts_with_uefi() -> bool | None:
    """GetFirmwareType, from Windows 8."""
    kind = wintypes.DWORD()
    return _FIRMWARE_UEFI.get(kind.value) if _kernel32.GetFirmwareType(ctypes.byref(kind)) else None


def tpm_version() -> tuple[bool | None, str | None]:
    """Whether there is a TPM, and its version: Tbsi_GetDeviceInfo."""
    info = (wintypes.DWORD * 4)(1, 0, 0, 0)  # TPM_DEVICE_INFO: structVersion, tpmVersion, interface, revision
    try:
        result = ctypes.WinDLL("tbs").Tbsi_GetDeviceInfo(ctypes.sizeof(info), ctypes.byref(info)) & 0xFFFFFFFF
    except OSError:
        return None, None
    if result == _TPM_NOT_FOUND:
        return False, None
    return (True, {1: "1.2", 2: "2.0"}.get(info[1])) if result == 0 else (None, None)


def interface_rows() -> bytes:
    """The rows of GetIfTable2 one after the other; empty where it fails."""
    iphlpapi = ctypes.WinDLL("iphlpapi")
    table = ctypes.c_void_p()
    if iphlpapi.GetIfTable2(ctypes.byref(table)) != 0 or not table.value:
        return b""
    try:
        count = ctypes.cast(table, ctypes.POINTER(wintypes.DWORD))[0]
        return ctypes.string_at(table.value + 8, min(count, 256) * _IF_ROW_BYTES)
    finally:
        iphlpapi.FreeMibTable(table)


def default_interface() -> int | None:
    """Index of the interface that leads out; asks the routing table and sends nothing."""
    index = wintypes.DWORD()
    outside = int.from_bytes(bytes((1, 1, 1, 1)), "little")
    return index.value if ctypes.WinDLL("iphlpapi").GetBestInterface(outside, ctypes.byref(index)) == 0 else None


def radios() -> dict[bytes, tuple[int | None, int | None]]:
    """Signal in dBm and channel by interface GUID, without asking what the network is called or which access point."""
    try:
        wlan = ctypes.WinDLL("wlanapi")
    except OSError:
        return {}
    handle, negotiated = wintypes.HANDLE(), wintypes.DWORD()
    if wlan.WlanOpenHandle(_WLAN_CLIENT_VERSION, None, ctypes.byref(negotiated), ctypes.byref(handle)) != 0:
        return {}
    try:
        return {guid: _radio(wlan, handle, guid) for guid in _wlan_guids(wlan, handle)}
    finally:
        wlan.WlanCloseHandle(handle, None)


def _wlan_guids(wlan: ctypes.WinDLL, handle: wintypes.HANDLE) -> list[bytes]:
    listed = ctypes.c_void_p()
    if wlan.WlanEnumInterfaces(handle, None, ctypes.byref(listed)) != 0 or not listed.value:
        return []
    try:
        count = ctypes.cast(listed, ctypes.POINTER(wintypes.DWORD))[0]
        # WLAN_INTERFACE_INFO: GUID, 256 UTF-16 letters, state.
        return [ctypes.string_at(listed.value + 8 + index * 532, 16) for index in range(min(count, 16))]
    finally:
        wlan.WlanFreeMemory(listed)


def _radio(wlan: ctypes.WinDLL, handle: wintypes.HANDLE, guid: bytes) -> tuple[int | None, int | None]:
    return _wlan_long(wlan, handle, guid, _OPCODE_RSSI), _wlan_long(wlan, handle, guid, _OPCODE_CHANNEL)


def _wlan_long(wlan: ctypes.WinDLL, handle: wintypes.HANDLE, guid: bytes, opcode: int) -> int | None:
    size, data = wintypes.DWORD(), ctypes.c_void_p()
    if wlan.WlanQueryInterface(handle, guid, opcode, None, ctypes.byref(size), ctypes.byref(data), None) != 0:
        return None
    try:
        return int(ctypes.cast(data, ctypes.POINTER(ctypes.c_long))[0]) if size.value >= 4 and data.value else None
    finally:
        wlan.WlanFreeMemory(data)
