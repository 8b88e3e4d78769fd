"""The captures of kind windows11 and os that come from Windows: CIM instances and registry values."""

from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.values import flag
from homeroom_agent.parsers.windows import system, tpm
from homeroom_agent.parsers.windows.registry_text import values


def parse_cim(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return _from_instances(cim.from_json(raw))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return _from_instances(cim.from_list(raw))


def parse_registry(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.reg-query.txt`` capture of the version, of Secure Boot's state, or of both."""
    found = values(raw)
    secure = flag(found.get("UEFISecureBootEnabled"))
    # The State key exists only where Windows was started by UEFI.
    firmware = None if secure is None else "uefi"
    return system.document(system.from_registry(found), secure_boot=secure, firmware=firmware)


def _from_instances(instances: cim.Instances) -> dict[str, Any]:
    return (
        system.document(system.from_cim(instances))
        | system.memory_and_boot(instances)
        | tpm.document(tpm.from_cim(instances))
    )
