"""Which processors Windows 11 accepts, by the rules of the data file beside this module."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homeroom_agent.parsers.values import whole

_RULES = Path(__file__).with_name("windows11_processors.toml")
_IDENTIFIER = re.compile(r"(?:Intel64|AMD64|x86|EM64T) Family (\d{1,4}) Model (\d{1,4}) Stepping (\d{1,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """A processor as Windows' registry describes it: ``vendor`` is "GenuineIntel", "AuthenticAMD", ..."""

    vendor: str | None = None
    family: int | None = None
    model: int | None = None
    stepping: int | None = None
    platform: int | None = None


def from_registry(values: dict[str, Any]) -> Processor:
    r"""Out of the values of ``HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor\0``."""
    match = _IDENTIFIER.match(str(values.get("Identifier", "")))
    vendor = values.get("VendorIdentifier")
    return Processor(
        vendor=vendor.strip() if isinstance(vendor, str) else None,
        family=int(match[1]) if match else None,
        model=int(match[2]) if match else None,
        stepping=int(match[3]) if match else None,
        platform=whole(values.get("Platform Specific Field 1"), 0, 2**31),
    )


def is_accepted(processor: Processor) -> bool | None:
    """Whether a rule accepts the processor; None where it is not known well enough to say."""
    if processor.vendor is None:
        return None
    rules = tomllib.loads(_RULES.read_text(encoding="utf-8"))["vendor"].get(processor.vendor.lower())
    if rules is None or "accepted" in rules:
        return None if rules is None else bool(rules["accepted"])
    if processor.family is None or processor.model is None:
        return None
    if processor.family < rules["oldest_family"]:
        return False
    return not any(_matches(rule, processor) for rule in rules["refused"])


def _matches(rule: dict[str, Any], processor: Processor) -> bool:
    """A refusal names a family and either models or a greatest model, and may spare a stepping or a platform."""
    if processor.family != rule["family"] or processor.model in rule.get("except_models", ()):
        return False
    if processor.model not in rule.get("models", (processor.model,)) or (processor.model or 0) > rule.get("up_to", 255):
        return False
    return processor.stepping == rule.get("stepping", processor.stepping) and (
        "except_platform" not in rule or processor.platform != rule["except_platform"]
    )
