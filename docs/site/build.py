"""Builds the site: ``build.py FOLDER``. Exit status 1 where anything would not be right in it, such as a dead link."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CONFIG = Path(__file__).with_name("mkdocs.yml")


def main(folder: Path) -> int:
    """Build it into a folder, whose old content goes, and say what is wrong."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", CONFIG, "-d", folder.absolute()]
    # Quiet by ourselves: --quiet would not count warnings. The variable ends an advertisement, not a warning about us.
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    ran = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    sys.stderr.writelines(f"{line}\n" for line in ran.stdout.splitlines() if not line.startswith("INFO"))
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
