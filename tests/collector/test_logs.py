"""The log: text for people, or an object a line for programs."""

import json
import logging
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from free_ports import free_port
from homeroom_collector.logs import JsonFormatter, begin


def written(message: str, *arguments: object, error: BaseException | None = None) -> dict[str, str]:
    told = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("homeroom.x", logging.WARNING, __file__, 1, message, arguments, told)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_line_of_json_says_when_what_and_by_whom():
    said = written("%s of %d reports\nlost", "one", 7)
    assert (said["level"], said["logger"], said["message"]) == ("warning", "homeroom.x", "one of 7 reports\nlost")
    assert abs(datetime.fromisoformat(said["time"]).timestamp() - time.time()) < 60
    assert "error" not in said


def test_a_fault_stays_on_the_line_of_what_it_happened_to():
    with pytest.raises(ValueError, match="literal") as fault:
        int("a number")
    said = written("not read", error=fault.value)
    assert said["error"].endswith("ValueError: invalid literal for int() with base 10: 'a number'")
    assert said["error"].startswith("Traceback")


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_collector_writes_its_log_as_its_configuration_says(form: str, tmp_path: Path):
    config, log = tmp_path / "collector.yml", tmp_path / "log"
    config.write_text(json.dumps({"listen": {"host": "0.0.0.0", "port": free_port()}, "log": {"format": form}}))
    command = [sys.executable, "-m", "homeroom_collector", "serve", "--config", str(config)]
    with log.open("wb") as output, subprocess.Popen(command, stderr=output) as process:
        try:
            deadline = time.monotonic() + 60
            while "serving on" not in log.read_text() and time.monotonic() < deadline:
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
    lines = log.read_text().splitlines()
    if form == "json":
        assert {"serving on", "stopped"} <= {json.loads(line)["message"][:10].strip() for line in lines}
    else:
        assert any(" INFO homeroom_collector.cli.serve: serving on http://" in line for line in lines)


@pytest.mark.parametrize("library", ["alembic.runtime.migration", "fontTools.subset", "weasyprint.progress"])
def test_what_libraries_do_step_by_step_is_not_told(library: str):
    begin()
    assert not logging.getLogger(library).isEnabledFor(logging.INFO)
    assert logging.getLogger(library).isEnabledFor(logging.WARNING)
