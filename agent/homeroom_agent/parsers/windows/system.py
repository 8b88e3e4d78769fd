"""Windows' own version: names that lie, builds that do not.

ProductName says "Windows 10" on Windows 11: a client is Windows 11 from build 22000 on. ReleaseId stopped at 2009.
"""

import re
from dataclasses import dataclass
from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.memory.cim import kib
from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.values import clean, whole

WINDOWS_11_BUILD = 22_000
_FROZEN_RELEASE_ID = "2009"
# PRODUCT_* of GetProductInfo (winnt.h), for captions that are not English.
_EDITIONS = {
    4: "Enterprise", 27: "Enterprise N", 48: "Pro", 49: "Pro N", 72: "Enterprise Evaluation", 98: "Home N",
    99: "Home China", 100: "Home Single Language", 101: "Home", 121: "Education", 122: "Education N",
    125: "Enterprise LTSC", 161: "Pro for Workstations", 164: "Pro Education", 175: "Enterprise multi-session",
    178: "S", 188: "IoT Enterprise", 191: "IoT Enterprise LTSC", 203: "SE",
}  # fmt: skip
_ENGLISH = re.compile(
    r"Windows (Server )?[0-9.]+( R2)?( (Pro|Professional|Home|Enterprise|Education|Ultimate|Starter|Standard|"
    r"Datacenter|Essentials|N|SE|S|IoT|LTSC|LTSB|Evaluation|Single|Language|for|Workstations|multi-session|Premium|"
    r"Basic|20\d\d))*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One Windows."""

    name: str | None = None
    version: str | None = None
    build: int | None = None
    ubr: int | None = None
    display_version: str | None = None
    edition: str | None = None
    is_server: bool = False

    @property
    def is_windows_11(self) -> bool | None:
        """Whether the client is Windows 11 or later; None where the build is not known."""
        return None if self.build is None else self.build >= WINDOWS_11_BUILD and not self.is_server

    @property
    def full_build(self) -> str | None:
        """Such as 10.0.22631.4460."""
        if self.version is None or self.build is None:
            return None
        return f"{self.version}.{self.build}" + ("" if self.ubr is None else f".{self.ubr}")

    def release(self) -> Release:
        """As the ``os`` section of a report says it."""
        return Release(id="windows", name=self.name, version=self.display_version, build=self.full_build)


def document(system: System, **more: Any) -> dict[str, Any]:
    """The part of the answer of ``parse windows11`` that tells the version; the last two keys are those of ``os``."""
    return {
        "os_name": system.name,
        "is_windows_11": system.is_windows_11,
        "build": system.build,
        "ubr": system.ubr,
        "full_build": system.full_build,
        "display_version": system.display_version,
        "edition": system.edition,
        "os_version": system.display_version,
        "os_build": system.full_build,
    } | more


def from_registry(values: dict[str, int | str]) -> System:
    r"""Out of the values of ``HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion``."""
    build = whole(values.get("CurrentBuildNumber", values.get("CurrentBuild")), 1, 2**31)
    server = values.get("InstallationType") in ("Server", "Server Core") or "Server" in str(values.get("ProductName"))
    major, minor = (whole(values.get(f"Current{part}VersionNumber"), 0, 255) for part in ("Major", "Minor"))
    version = f"{major}.{minor}" if major is not None and minor is not None else clean(values.get("CurrentVersion"), 16)
    release_id = clean(values.get("ReleaseId"), 16)
    return System(
        name=_name(clean(values.get("ProductName"), 80), build, server=server),
        version=version,
        build=build,
        ubr=whole(values.get("UBR"), 0, 2**31),
        display_version=clean(values.get("DisplayVersion"), 16)
        or (release_id if release_id != _FROZEN_RELEASE_ID else None),
        edition=clean(values.get("EditionID"), 60),
        is_server=server,
    )


def from_cim(instances: cim.Instances) -> System:
    """Out of Win32_OperatingSystem, whose caption is in the language of the system."""
    item = cim.one(instances, "Win32_OperatingSystem")
    build = whole(item.get("BuildNumber"), 1, 2**31)
    caption = clean(item.get("Caption"), 80)
    server = whole(item.get("ProductType")) in (2, 3) or "Server" in (caption or "")
    name = re.sub(r"^Microsoft[®\s]+", "", caption) if caption else None
    edition = _EDITIONS.get(whole(item.get("OperatingSystemSKU")) or 0)
    if name and edition and not server and _ENGLISH.fullmatch(name) is None:
        name = re.sub(r"^(Windows [0-9.]+).*", rf"\1 {_of_its_time(edition, build)}", name)
    version = re.match(r"\d{1,2}\.\d{1,2}", clean(item.get("Version"), 20) or "")
    return System(
        name=_name(name, build, server=server),
        version=version[0] if version else None,
        build=build,
        edition=edition,
        is_server=server,
    )


def memory_and_boot(instances: cim.Instances) -> dict[str, Any]:
    """What else Win32_OperatingSystem tells."""
    item = cim.one(instances, "Win32_OperatingSystem")
    booted = cim.moment(item.get("LastBootUpTime"))
    return {
        "ram_visible_bytes": kib(item.get("TotalVisibleMemorySize")),
        "ram_free_bytes": kib(item.get("FreePhysicalMemory")),
        "last_boot": booted.replace(microsecond=0).isoformat() if booted else None,
    }


def _of_its_time(edition: str, build: int | None) -> str:
    """Windows 7 called Pro "Professional"."""
    return edition.replace("Pro", "Professional", 1) if edition.startswith("Pro") and (build or 0) < 9200 else edition


def _name(product: str | None, build: int | None, *, server: bool) -> str | None:
    if product is None or server or build is None or build < WINDOWS_11_BUILD:
        return product
    return re.sub(r"^Windows 10\b", "Windows 11", product)
