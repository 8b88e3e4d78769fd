"""The extension's packer, which is a script and no package."""

import importlib.util
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "agent" / "chromebook"

_spec = importlib.util.spec_from_file_location("pack", FOLDER / "pack.py")
assert _spec is not None
assert _spec.loader is not None
pack = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(pack)
