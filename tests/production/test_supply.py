"""What a build is made of, whether that is what was locked, and what is known to be wrong with it."""

import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from free_ports import free_port

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "collector" / "packaging"
LOCK, WHOLE_LOCK = PACKAGING / "requirements.lock", ROOT / "requirements.lock"
EXTRAS = ("", "collector", "postgres", "encryption", "reports")


def pins(lock: Path) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def needed(distribution: str, extras: tuple[str, ...], seen: set[str]) -> set[str]:
    """Everything that a distribution needs on this machine, by what is installed."""
    for text in metadata.requires(distribution) or []:
        each = Requirement(text)
        name = canonicalize_name(each.name)
        wanted = each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras)
        if wanted and name not in seen:
            seen.add(name)
            needed(name, ("", *each.extras), seen)
    return seen


def test_the_collectors_lock_holds_what_it_needs_in_the_versions_that_are_tested():
    ours, whole = pins(LOCK), pins(WHOLE_LOCK)
    assert ours.items() <= whole.items(), "make lock"
    assert needed("homeroom", EXTRAS, set()) - ours.keys() == set(), "make lock"


def bill(output: Path, *options: str) -> dict[str, object]:
    command = [sys.executable, PACKAGING / "sbom.py", "homeroom-test", output, *options]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    return dict(json.loads(output.read_text()))


def test_the_bill_of_materials_is_valid_and_names_exactly_what_is_locked(tmp_path: Path):
    found = bill(tmp_path / "one.json")
    invalid = JsonStrictValidator(SchemaVersion.V1_6).validate_str((tmp_path / "one.json").read_text())
    assert invalid is None, invalid
    components = found["components"]
    assert isinstance(components, list)
    assert {each["name"]: each["version"] for each in components} == pins(LOCK)
    assert [each["name"] for each in components if not each["externalReferences"][0]["hashes"]] == []
    installed = [each for each in components if _is_installed(each["name"])]
    assert {each["name"] for each in installed if not each.get("licenses")} <= {
        "pyrage",
        "pysnmp",
    }  # which declare none
    bill(tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def test_the_bill_of_a_frozen_build_names_its_interpreter_and_its_libraries(tmp_path: Path):
    (tmp_path / "frozen").mkdir()
    (tmp_path / "frozen" / "libssl.so.3").write_bytes(b"a library")
    found = bill(
        tmp_path / "one.json", "--only", "psutil", "--only", "pyinstaller", "--files", str(tmp_path / "frozen")
    )
    components = found["components"]
    assert isinstance(components, list)
    assert {each["name"]: each["type"] for each in components} == {
        "psutil": "library", "pyinstaller": "library", "cpython": "platform", "libssl.so.3": "file",
    }  # fmt: skip
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str((tmp_path / "one.json").read_text()) is None


class Advisories(http.server.BaseHTTPRequestHandler):
    """A list of vulnerabilities, as OSV answers: one, of yarl."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
        events = [{"introduced": "0"}, {"fixed": "99.1"}]
        affected = {
            "package": {"name": "yarl", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": events}],
        }
        known = {"id": "PYSEC-2099-1", "details": "made up", "aliases": [], "affected": [affected]}
        body = json.dumps({"vulns": [known]} if asked == "yarl" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def advisories() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


def audited(folder: Path, names: set[str], url: str, *options: str) -> tuple[int, str]:
    """Audit some of what is locked by a list of the test's own."""
    blocks = re.split(r"^(?=[\w.-]+(?:\[[^]]*\])?==)", WHOLE_LOCK.read_text(), flags=re.MULTILINE)
    lock = folder / "some.lock"
    lock.write_text("".join(block for block in blocks if block.split("==")[0] in names))
    command = [sys.executable, PACKAGING / "audit.py", lock, "--service", "osv", "--osv-url", url, *options]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return ran.returncode, ran.stderr


def test_a_known_vulnerability_fails_the_audit_and_is_named_with_its_repair(advisories: str, tmp_path: Path):
    status, said = audited(tmp_path, {"yarl", "pyyaml"}, advisories, "--allow-unreached")
    assert (status, said) == (1, f"yarl {pins(WHOLE_LOCK)['yarl']}: PYSEC-2099-1; repaired in 99.1\n")
    assert audited(tmp_path, {"pyyaml"}, advisories) == (0, "1 distributions, no known vulnerability.\n")


def test_that_nobody_could_be_asked_is_no_good_news(tmp_path: Path):
    nobody = f"http://127.0.0.1:{free_port()}/v1/query"
    status, said = audited(tmp_path, {"pyyaml"}, nobody)
    assert status == 3
    assert said.startswith("NOT AUDITED: 1 of 1 distributions could not be looked up.\n  osv: ")
    assert audited(tmp_path, {"pyyaml"}, nobody, "--allow-unreached")[0] == 0
