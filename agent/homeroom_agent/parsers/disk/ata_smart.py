"""The 512 bytes of ATA's SMART READ DATA (SFF-8035i), as Windows passes them on with its failure prediction.

Thirty rows of twelve bytes from offset 2: number, flags, value, worst, six raw bytes, one reserved. There are no names
here, so only those attributes are read whose meaning makers share; the raw value is packed, and its lowest bytes count.
"""

import struct
from collections.abc import Iterator

from homeroom_agent.parsers.disk.attributes import Attribute

SIZE = 512
_ROW = struct.Struct("<BHBB6sx")
_FIRST, _ROWS = 2, 30
_PREFAILURE = 1
# Number -> shared name and how many raw bytes hold the count.
_SHARED = {
    5: ("Reallocated_Sector_Ct", 4),
    9: ("Power_On_Hours", 3),
    187: ("Reported_Uncorrect", 4),
    190: ("Airflow_Temperature_Cel", 1),
    194: ("Temperature_Celsius", 1),
    197: ("Current_Pending_Sector", 4),
    198: ("Offline_Uncorrectable", 4),
}


def attributes(data: bytes) -> list[Attribute]:
    """The rows of shared meaning; none of a drive that returned nothing."""
    return list(_rows(data)) if len(data) >= _FIRST + _ROWS * _ROW.size and any(data) else []


def _rows(data: bytes) -> Iterator[Attribute]:
    for index in range(_ROWS):
        number, flags, value, _worst, raw = _ROW.unpack_from(data, _FIRST + index * _ROW.size)
        if number in _SHARED:
            name, width = _SHARED[number]
            count = int.from_bytes(raw[:width], "little")
            prefailure = bool(flags & _PREFAILURE)
            yield Attribute(id=number, name=name, value=value, raw=count, raw_text=str(count), prefailure=prefailure)
