"""Property lists as macOS' tools print them with ``-a`` or ``-xml``: XML only, without entities."""

from typing import Any

from homeroom_agent.errors import CaptureError


def load(raw: bytes) -> Any:
    """Decode an XML property list; None for no output at all, which is how ``ioreg -a`` says that nothing matched.

    Raises CaptureError where it is damaged. plistlib itself refuses entity declarations.
    """
    if not raw.strip():
        return None
    import plistlib  # only on macOS, and for captures
    from xml.parsers.expat import ExpatError

    try:
        return plistlib.loads(raw, fmt=plistlib.FMT_XML)
    except ExpatError as error:
        raise CaptureError(f"not a property list: {error}") from None
    except (plistlib.InvalidFileException, ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
        # plistlib lets several kinds of errors through where an element stands in the wrong place.
        raise CaptureError(f"not a property list: {error or type(error).__name__}") from None


def rows(raw: bytes) -> list[dict[str, Any]]:
    """The dictionaries of a list's root, which ioreg and system_profiler write as an array."""
    root = load(raw)
    items = root if isinstance(root, list) else [root]
    return [item for item in items if isinstance(item, dict)]
