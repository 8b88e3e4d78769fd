"""What the extension's own tools say: Node's test runner and the TypeScript compiler, and what its package may hold."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest

from chromebook.packer import FOLDER
from stack import tool

EXTENSION = FOLDER / "extension"
PERMISSIONS = {
    "alarms", "storage", "unlimitedStorage", "offscreen", "system.cpu", "system.memory", "enterprise.deviceAttributes",
    "enterprise.networkingAttributes", "enterprise.hardwarePlatform",
}  # fmt: skip
SOURCES = sorted(EXTENSION.rglob("*.js"))


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_modules_pass_their_own_tests():
    files = sorted(path.relative_to(FOLDER).as_posix() for path in (FOLDER / "test").glob("*.test.js"))
    passed = re.search(r"^# pass (\d+)$", run(tool("node"), "--test", "--test-reporter=tap", *files), re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) > 50


def test_the_types_are_right():
    compiler = FOLDER / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        pytest.skip("the TypeScript compiler is missing; install it with: make chromebook-types")
    run(tool("node"), str(compiler), "-p", ".")


def test_the_extension_asks_for_nothing_but_what_it_needs():
    manifest = json.loads((EXTENSION / "manifest.json").read_text())
    assert set(manifest["permissions"]) <= PERMISSIONS
    asking = {
        "host_permissions",
        "optional_permissions",
        "optional_host_permissions",
        "content_scripts",
        "externally_connectable",
    }
    assert not asking & set(manifest)
    assert manifest["incognito"] == "not_allowed"


def test_every_permission_is_used():
    code = "".join(path.read_text() for path in SOURCES)
    uses = {
        "alarms": "chrome.alarms",
        "storage": "storage.local",
        "unlimitedStorage": "storage.estimate()",
        "offscreen": "offscreen.createDocument",
        "system.cpu": "system.cpu.getInfo",
        "system.memory": "system.memory.getInfo",
        "enterprise.deviceAttributes": "getDeviceSerialNumber",
        "enterprise.hardwarePlatform": "getHardwarePlatformInfo",
    }
    manifest = json.loads((EXTENSION / "manifest.json").read_text())
    assert set(manifest["permissions"]) == set(uses)
    assert [name for name, use in uses.items() if use not in code] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_only_one_module_talks_to_the_network_and_none_runs_what_comes_from_there(path: Path):
    code = re.sub(r"^\s*//.*$|/\*.*?\*/", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    ways = {
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "EventSource",
        "WebTransport",
        "RTCPeerConnection",
        "importScripts",
    }
    assert [way for way in [*ways, "eval(", "new Function", "import("] if way in code] == []
    if path.name not in ("collector.js", "worker.js"):  # the worker hands the browser's fetch over
        assert "fetch(" not in code
    imported = re.findall(r"""(?:from|import)\s+['"]([^'"]+)['"]""", code)
    assert all(name.startswith(("./", "../")) for name in imported)


def test_the_token_is_masked_where_policies_are_shown():
    schema = json.loads((EXTENSION / "managed_schema.json").read_text())
    assert schema["properties"]["enrollmentToken"]["sensitiveValue"] is True
    assert "additionalProperties" not in schema  # Chromium refuses it at the top
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["reportPeriodSeconds"]["minimum"] == 60


def test_every_setting_is_on_the_page():
    page = (FOLDER.parents[1] / "docs" / "chromebook.md").read_text(encoding="utf-8")
    schema = json.loads((EXTENSION / "managed_schema.json").read_text())
    assert set(re.findall(r"^\| `(\w+)` \| .* \| .* \|$", page, re.MULTILINE)) == set(schema["properties"])
    code = (EXTENSION / "settings.js").read_text()
    assert set(re.findall(r"managed\['(\w+)'\]", code)) == set(schema["properties"])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_modules_stay_small(path: Path):
    lines = path.read_text().splitlines()
    assert len(lines) <= 300
    assert max(map(len, lines)) <= 120
