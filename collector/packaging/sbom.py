"""Writes what a build is made of, as CycloneDX JSON: ``sbom.py NAME OUTPUT [--only DISTRIBUTION] [--files FOLDER]``.

Versions and hashes come from the lock file, licences and who needs whom from the distributions installed here, which
came in by that lock. Nothing random and no time is in it: the same lock makes the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from lock import Pinned, read
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.lock"
WHOLE_LOCK = HERE.parents[1] / "requirements.lock"


def main(name: str, output: Path, only: frozenset[str], folder: Path | None) -> None:
    """Write the document. ``only`` names distributions of the whole lock; empty: the collector's."""
    pinned = [each for each in read(WHOLE_LOCK if only else LOCK) if not only or each.name in only]
    if missing := only - {each.name for each in pinned}:
        raise SystemExit(f"not in {WHOLE_LOCK}: {', '.join(sorted(missing))}")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(document(name, pinned, _files(folder) if folder else []), encoding="utf-8")


def document(name: str, pinned: Iterable[Pinned], files: Iterable[Component] = ()) -> str:
    """The document as text: a program of ours, the distributions it needs, and files that came with it."""
    ours = Component(
        name=name, version=metadata.version("homeroom"), type=ComponentType.APPLICATION, bom_ref=name,
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )  # fmt: skip
    parts = {each.name: _component(each) for each in pinned}
    bom = Bom()
    bom.metadata.component = ours
    bom.metadata.timestamp = None  # type: ignore[assignment] # optional in the format; the lock is what dates it
    bom.serial_number = None  # type: ignore[assignment] # likewise, and random
    for component in (*parts.values(), *files):
        bom.components.add(component)
    bom.register_dependency(ours, parts.values())
    for distribution, component in parts.items():
        bom.register_dependency(component, [parts[other] for other in _needs(distribution) if other in parts])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _component(pinned: Pinned) -> Component:
    url = PackageURL("pypi", name=pinned.name, version=pinned.version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in pinned.sha256]
    source = ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(url)), hashes=hashes)
    return Component(
        name=pinned.name, version=pinned.version, type=ComponentType.LIBRARY, purl=url, bom_ref=str(url),
        external_references=[source], licenses=_licences(pinned.name),
    )  # fmt: skip


def _licences(distribution: str) -> list[object]:
    """What a distribution declares; none where it is not installed here or declares none."""
    try:
        about = metadata.metadata(distribution)
    except metadata.PackageNotFoundError:
        return []
    said = about.get("License-Expression") or about.get("License") or ""
    if not said or "\n" in said or len(said) > 60:  # some put the whole text there
        found = [line.split(" :: ")[-1] for line in about.get_all("Classifier", []) if line.startswith("License ::")]
        said = found[0] if found else ""
    make = LicenseFactory().make_from_string
    return [make(said, license_acknowledgement=LicenseAcknowledgement.DECLARED)] if said else []


def _needs(distribution: str) -> set[str]:
    """Names of what a distribution asks for on this machine, without its extras."""
    try:
        asked = [Requirement(text) for text in metadata.requires(distribution) or []]
    except metadata.PackageNotFoundError:
        return set()
    return {
        canonicalize_name(each.name) for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})
    }


def _files(folder: Path) -> list[Component]:
    """The interpreter and the shared libraries that a frozen build brings along, by their digests."""
    python = Component(
        name="cpython", version=platform.python_version(), type=ComponentType.PLATFORM, bom_ref="cpython"
    )
    libraries = sorted(path for path in folder.rglob("*.so*") if path.is_file() and not path.is_symlink())
    return [python, *(_file(path.relative_to(folder).as_posix(), path) for path in libraries)]


def _file(name: str, path: Path) -> Component:
    digest = HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(path.read_bytes()).hexdigest())
    return Component(name=name, type=ComponentType.FILE, bom_ref=name, hashes=[digest])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("output", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="DISTRIBUTION")
    parser.add_argument("--files", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    main(options.name, options.output, frozenset(options.only), options.files)
    sys.stdout.write(f"{options.output}\n")
