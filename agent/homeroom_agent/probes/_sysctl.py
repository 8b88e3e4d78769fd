"""macOS ``sysctlbyname`` through ctypes: no program is started to read one value."""

from __future__ import annotations


def text(name: str) -> str | None:
    """Value of a text variable such as ``machdep.cpu.brand_string``; None where the kernel does not know it."""
    import ctypes  # only here: other systems do without it
    import ctypes.util

    library = ctypes.CDLL(ctypes.util.find_library("c") or "libc.dylib", use_errno=True)
    buffer = ctypes.create_string_buffer(256)
    size = ctypes.c_size_t(len(buffer))
    if library.sysctlbyname(name.encode(), buffer, ctypes.byref(size), None, ctypes.c_size_t(0)) != 0:
        return None
    return buffer.value.decode("utf-8", "replace").strip() or None
