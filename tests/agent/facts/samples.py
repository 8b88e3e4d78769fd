"""Captures of real machines with their expected facts, kept beside the checkout."""

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DEVICES = Path(__file__).parents[4] / "shared" / "devices"
ABSENT = pytest.mark.skip(reason=f"no captures at {DEVICES}: put the shared device set beside the checkout")


@dataclass(frozen=True)
class Sample:
    kind: str
    path: Path

    @property
    def expected(self) -> dict[str, Any]:
        name = self.path.name.split(".")[0] + ".expected.json"
        return json.loads(self.path.with_name(name).read_text(encoding="utf-8"))


def samples() -> list[Sample]:
    index = DEVICES / "public" / "index.json"
    if not index.exists():
        return []
    return [Sample(row["kind"], index.parent / row["file"]) for row in json.loads(index.read_text(encoding="utf-8"))]


def parameters(wanted: Callable[[Sample], bool] = lambda sample: True) -> list[Any]:
    found = [pytest.param(sample, id=f"{sample.kind}-{sample.path.name}") for sample in samples() if wanted(sample)]
    return found or [pytest.param(None, marks=ABSENT)]


def differences(sample: Sample, facts: dict[str, Any]) -> list[str]:
    """What the comparison that comes with the captures finds wrong; empty is a pass."""
    spec = importlib.util.spec_from_file_location("device_match", DEVICES / "tools" / "match.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.match(sample.expected, facts)
