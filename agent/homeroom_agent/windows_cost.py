"""Windows' own word on whether a connection is paid by volume, through COM by ctypes. No library is needed for it."""

from __future__ import annotations

import ctypes
import sys
import uuid

_NETWORK_LIST_MANAGER = uuid.UUID("dcb00c01-570f-4a9b-8d69-199fdba5723b")
_NETWORK_COST_MANAGER = uuid.UUID("dcb00008-570f-4a9b-8d69-199fdba5723b")
_CLSCTX_ALL = 23
_RELEASE, _GET_COST = 2, 3  # places in the virtual table: IUnknown has three, GetCost is the first after them


if sys.platform == "win32":

    def connection_cost() -> int:
        """NLM_CONNECTION_COST of the connection in use; 0 where it is not known."""
        ole = ctypes.OleDLL("ole32")
        ole.CoInitialize(None)
        try:
            return _cost(ole)
        except OSError:  # a failed HRESULT: no such service on this edition
            return 0
        finally:
            ctypes.WinDLL("ole32").CoUninitialize()

    def _cost(ole: ctypes.OleDLL) -> int:
        manager = ctypes.c_void_p()
        clsid, iid = _guid(_NETWORK_LIST_MANAGER), _guid(_NETWORK_COST_MANAGER)
        ole.CoCreateInstance(clsid, None, _CLSCTX_ALL, iid, ctypes.byref(manager))
        try:
            cost = ctypes.c_uint32(0)
            get_cost = _method(manager, _GET_COST, ctypes.c_void_p, ctypes.c_void_p)
            if get_cost(manager, ctypes.byref(cost), None) != 0:
                return 0
            return cost.value
        finally:
            _method(manager, _RELEASE)(manager)

    def _method(manager: ctypes.c_void_p, place: int, *arguments: type) -> ctypes._FuncPointer:
        table = ctypes.cast(manager, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
        prototype = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *arguments)
        return prototype(table[place])

    def _guid(value: uuid.UUID) -> ctypes.Array[ctypes.c_char]:
        return ctypes.create_string_buffer(value.bytes_le, 16)
