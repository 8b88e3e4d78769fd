"""macOS: ``ioreg -a -r -d1 -c IOPlatformExpertDevice``. No rights needed; its texts are NUL-closed bytes."""

from collections.abc import Mapping
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import plist
from homeroom_agent.parsers.dmi.machine import Machine, document, is_virtual
from homeroom_agent.parsers.dmi.system_profiler import form
from homeroom_agent.parsers.placeholders import real_text


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.ioreg.plist`` capture."""
    return document(machine(raw))


def machine(raw: bytes) -> Machine:
    """Identity of a Mac. Raises CaptureError where the list is another service's."""
    services = plist.rows(raw)
    expert = next((service for service in services if "IOPlatformSerialNumber" in service or "model" in service), None)
    if expert is None:
        raise CaptureError("not IOPlatformExpertDevice: it has neither a model nor a serial number")
    model = _text(expert, "model")
    virtual = is_virtual(model)
    return Machine(
        manufacturer=_text(expert, "manufacturer"),
        model=model,
        model_friendly=_text(expert, "product-name"),
        serial=_text(expert, "IOPlatformSerialNumber"),
        form_factor="vm" if virtual else form(model, _text(expert, "product-name")),
        is_virtual=virtual if model else None,
    )


def _text(service: Mapping[str, Any], key: str) -> str | None:
    value = service.get(key)
    if isinstance(value, bytes):
        value = value.split(b"\x00")[0].decode("utf-8", "replace")
    return real_text(value, 80)
