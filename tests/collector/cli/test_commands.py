"""The commands as a technician types them: what is printed, where, and the exit status."""

import asyncio
import csv
import io
import json
import time
from functools import partial
from pathlib import Path

import pytest

from homeroom_collector.cli import main
from homeroom_collector.config import load
from homeroom_collector.model import Device
from homeroom_collector.store import devices, open_store

SCHOOLS = "school_id,name\nlincoln,Lincoln\nroosevelt,Roosevelt\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "schools.csv").write_text(SCHOOLS)
    path = tmp_path / "collector.yml"
    path.write_text("listen: {port: 0}\nstore: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    return path


@pytest.fixture
def run(config: Path, capsys: pytest.CaptureFixture[str]):
    def typed(*words: str) -> tuple[int, str, str]:
        options = [*words, "--config", str(config)]
        status = main(options)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return typed


def test_a_token_is_printed_alone_so_that_scripts_can_take_it(run):
    status, out, _ = run("token", "create", "--school", "lincoln")
    assert status == 0
    assert out.count("\n") == 1
    assert out.startswith("hrt")


def test_tokens_are_listed_without_their_secrets_and_can_be_revoked(run):
    _, text, _ = run("token", "create", "--school", "lincoln", "--uses", "30", "--expires", "2d", "--label", "cart 7")
    token_id, _, secret = text.strip().partition(".")
    _, listed, _ = run("token", "list", "--format", "json")
    (row,) = json.loads(listed)
    assert (row["token_id"], row["state"], row["uses_allowed"], row["label"]) == (token_id, "active", 30, "cart 7")
    assert row["expires_at"] - row["created_at"] == 2 * 86_400
    assert secret not in listed
    assert run("token", "revoke", token_id)[0] == 0
    assert "revoked" in run("token", "list")[1]
    status, _, err = run("token", "revoke", token_id)
    assert (status, err) == (1, f"{token_id}: no such token, or revoked before\n")


def test_a_token_in_json_names_its_school(run):
    _, out, _ = run("token", "create", "--school", "lincoln", "--format", "json")
    made = json.loads(out)
    assert made["school_id"] == "lincoln"
    assert made["token"].startswith(made["token_id"] + ".")


def test_a_token_for_a_school_that_does_not_exist_is_not_made(run):
    status, out, err = run("token", "create", "--school", "linclon")
    assert (status, out) == (1, "")
    assert err.endswith("school 'linclon' is not known; did you mean 'lincoln'?\n")
    assert json.loads(run("token", "list", "--format", "json")[1]) == []


@pytest.mark.parametrize("words", [("--uses", "0"), ("--uses", "many"), ("--expires", "soon"), ()])
def test_what_cannot_be_meant_is_a_matter_of_usage(words: tuple[str, ...], config: Path):
    school = ["--school", "lincoln"] if words else []
    with pytest.raises(SystemExit) as caught:
        main(["token", "create", *school, *words, "--config", str(config)])
    assert caught.value.code == 2


def test_devices_of_a_new_store_are_an_empty_list(run):
    assert run("devices", "--format", "json")[:2] == (0, "[]\n")
    assert run("devices", "--format", "csv")[1].startswith("device_id,device_class,school_id")


def test_schools_are_imported_and_counted(run, tmp_path: Path):
    file = tmp_path / "more.csv"
    file.write_text("school_id,name\nlincoln,Lincoln Elementary\nroosevelt,Roosevelt\nvale,Vale\n")
    run("devices")
    assert run("import", "schools", str(file))[:2] == (0, "1 added, 1 changed, 1 as before\n")


def test_a_bad_file_of_schools_changes_nothing(run, tmp_path: Path):
    file = tmp_path / "more.csv"
    file.write_text("school_id,name\nvale,\n")
    status, _, err = run("import", "schools", str(file))
    assert (status, err) == (2, f"{file}:2: a school needs school_id and name\n")


def test_check_config_says_that_all_is_well(run, config: Path):
    assert run("check-config") == (0, f"{config}: in order\n", "")
    assert not (config.parent / "homeroom.db").exists(), "checking changes nothing"


def test_check_config_says_everything_at_once(run, config: Path):
    (config.parent / "schools.csv").write_text("school_id,nam\n")
    tls = "listen: {tls: {certificate: c.pem, key: k.pem}}"
    config.write_text(f"{tls}\nstore: {{url: 'mysql://x'}}\nschools: {{file: schools.csv}}\n")
    status, out, err = run("check-config")
    assert (status, out) == (2, "")
    assert [line.replace(str(config.parent), "") for line in err.splitlines()] == [
        "store.url: unknown kind 'mysql'; known: sqlite, postgresql",
        "/schools.csv: nam: unknown column; did you mean 'name'?",
        "/schools.csv: name: missing column",
        "listen.tls: /c.pem: No such file or directory",
    ]


def test_a_list_for_programs_is_complete_and_times_are_iso(run):
    run("token", "create", "--school", "lincoln", "--label", 'quotes " and, commas')
    rows = list(csv.DictReader(io.StringIO(run("token", "list", "--format", "csv")[1])))
    assert rows[0]["label"] == 'quotes " and, commas'
    assert rows[0]["created_at"].endswith("+00:00")


def test_a_configuration_that_is_not_there_is_said_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["serve", "--config", str(tmp_path / "none.yml")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err


def test_a_port_in_use_is_said_in_words(run, config: Path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config.write_text(config.read_text().replace("port: 0", f"port: {taken.getsockname()[1]}"))
        status, _, err = run("serve")
    assert status == 1
    assert "cannot listen on 127.0.0.1" in err


def test_events_say_which_laptops_were_set_up_again(run, config: Path):
    _enrol_twice(config)
    status, out, _ = run("events", "--format", "json")
    rows = json.loads(out)
    assert status == 0
    assert [(row["kind"], row["school_id"]) for row in rows] == [("reenrolled", "lincoln"), ("enrolled", "lincoln")]
    assert json.loads(run("events", "--kind", "reenrolled", "--format", "json")[1]) == rows[:1]
    assert json.loads(run("events", "--school", "roosevelt", "--format", "json")[1]) == []
    assert json.loads(run("events", "--device", rows[0]["device_id"], "--most", "1", "--format", "json")[1]) == rows[:1]
    assert json.loads(run("events", "--days", "0", "--format", "json")[1]) == []
    assert "new key" in run("events")[1]


def _enrol_twice(config: Path) -> None:
    async def enrol() -> None:
        async with open_store(load(config).store.url) as store:
            for moment in (time.time() - 60, time.time() - 30):
                laptop = Device(device_id="", device_class="computer", school_id="lincoln", serial="5CD1234")
                await store.write(partial(devices.enrol, facts=laptop, now=moment))

    asyncio.run(enrol())


def test_devices_are_accepted_rejected_and_rekeyed_by_serial_number_or_id(run, config: Path):
    async def enrolled() -> str:
        async with open_store(load(config).store.url) as store:
            waits = Device(device_id="", device_class="computer", serial="5CD1", standing="quarantined")
            made = await store.write(partial(devices.enrol, facts=waits, now=time.time(), reason="not listed"))
            return str(made.device.device_id)

    device_id = asyncio.run(enrolled())
    assert "5CD1" in run("devices", "--standing", "quarantined")[1]
    assert run("devices", "accept", "5CD1") == (0, "5CD1: accepted\n", "")
    assert run("devices", "--standing", "quarantined", "--format", "json")[1] == "[]\n"
    assert run("devices", "accept", device_id) == (1, "", f"{device_id}: it is accepted already\n")
    assert run("devices", "rekey", "5CD1")[1] == "5CD1: keys ended: 1; whoever had one has to enrol again\n"
    assert run("devices", "reject", device_id)[0] == 0
    assert run("devices", "accept", "nobody") == (1, "", "nobody: no such device\n")
    kinds = [row["kind"] for row in json.loads(run("events", "--format", "json")[1])]
    assert kinds == ["rejected", "accepted", "quarantined", "enrolled"]
