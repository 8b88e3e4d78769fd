"""Every command that the documentation shows is one that there is; those in code blocks are run, page by page.

They run as they are written, in a folder that looks like a checkout, over the store of a small district. What would
stay, or needs another system, is run by a test of its own: ``ELSEWHERE`` says by which.
"""

import argparse
import asyncio
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

import homeroom_agent.__main__ as agent
from collector.collecting import collecting, role
from collector.sources.test_oneroster import export
from docs.shown_commands import ROOT, Shown, pages, shown_in
from homeroom_collector import cli
from homeroom_collector.config import load

SHOWN = [command for page in pages() for command in shown_in(page)]
PROGRAMS = {"homeroom": cli.main, "homeroom-agent": agent.main}

ELSEWHERE = {
    "homeroom serve": "tests/stack.py",
    "homeroom demo": "tests/browsing.py",
    "homeroom simulate": "tests/e2e/test_simulate.py",
    "homeroom poll": "tests/production/test_units.py",
    "homeroom snmp probe": "tests/contracts/test_probe_command.py",
    "homeroom snmp discover": "tests/contracts/test_discovery.py",
    "homeroom google sync": "tests/collector/google/test_sync.py",
    "homeroom google dry-run": "tests/collector/google/test_sync.py",
    "homeroom import google": "tests/collector/google/test_import_register.py",
    "homeroom import snipe-it": "tests/collector/sources/test_snipe_it.py",
    "homeroom report --send": "tests/collector/letters/test_reports_by_mail.py",
    "homeroom tickets test": "tests/collector/tickets/test_command.py",
    "homeroom tickets show": "tests/collector/tickets/test_command.py",
    "homeroom tickets retry": "tests/collector/tickets/test_command.py",
    "homeroom doctor": "tests/collector/doctor/test_doctor.py",
    "homeroom backup": "tests/collector/backup/test_drill.py",
    "homeroom restore": "tests/collector/backup/test_drill.py",
    "homeroom forget": "tests/collector/forgetting/test_drill.py",
    "homeroom-agent run": "tests/stack.py",
    "homeroom-agent once": "tests/agent/test_commands.py",
}
RUN_BY_CI = {"install", "lint", "test"}  # the other targets of make are looked at, and not run
REGISTER = (
    "Equip #,Bldg,Serial Number,Model,Purchase Cost,Status\n"
    "A1234,lincoln-es,5CD1234XYZ,Latitude 3190,349.00,in_use\n"
    "A1235,washington-hs,5CD1235XYZ,Latitude 3190,389.00,in_use\n"
)
COUNTS = "school_id,grade,students\nlincoln-es,K,61\n"
ORGS = (
    "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    "o1,,,Washington High School,school,,d1\no2,,,Lincoln Elementary School,school,,d1\no3,,,North Annexe,school,,d1\n"
    "d1,,,District,district,,\n"
)
SNIPE = 'columns: {"Equip #": asset_tag, "Bldg": school_id}\ndates: us\n'


def elsewhere(command: Shown) -> str | None:
    """The test that runs a command; None where it is run here."""
    line = " ".join(command.words)
    return next((test for words, test in ELSEWHERE.items() if f"{line} ".startswith(f"{words} ")), None)


@cache
def whole_parser(program: str, command: str) -> argparse.ArgumentParser:
    """What a program takes; the collector's says all only of the command that is typed."""
    return cli._parser(command) if program == "homeroom" else agent._parser()


def parser_of(words: list[str]) -> argparse.ArgumentParser:
    """The parser at the end of the words. ``a|b`` stands for both. Fails where a word is no command."""
    parser = whole_parser(*words[:2])
    for word in words[1:]:
        below = next((each for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None)
        if below is None or word.startswith("-"):
            break
        assert set(word.split("|")) <= set(below.choices), f"{word}: there are {', '.join(below.choices)}"
        parser = below.choices[word.split("|")[0]]
    return parser


@pytest.mark.parametrize("command", [each for each in SHOWN if each.words[0] != "make"], ids=str)
def test_a_command_in_the_documentation_is_one_that_there_is(command: Shown):
    parser = parser_of(command.words)
    options = [word.strip("[]").split("=")[0] for word in command.words if word.strip("[").startswith("--")]
    assert set(options) <= set(parser._option_string_actions), parser.format_usage()
    if command.runnable:
        whole_parser(*command.words[:2]).parse_args(command.words[1:])


@pytest.mark.parametrize("command", [each for each in SHOWN if each.words[0] == "make"], ids=str)
def test_a_target_of_make_in_the_documentation_is_one_that_there_is(command: Shown):
    makefile = (ROOT / "Makefile").read_text()
    for word in command.words[1:]:
        name, equals, _ = word.partition("=")
        assert f"$({name})" in makefile if equals else re.search(rf"^{name}:", makefile, re.MULTILINE), word


@pytest.mark.parametrize(("command", "test"), ELSEWHERE.items())
def test_what_is_run_elsewhere_is_run_there(command: str, test: str):
    text = (ROOT / test).read_text()
    assert [word for word in command.split()[1:] if f'"{word}"' not in text] == []


def test_ci_runs_the_targets_that_a_newcomer_types():
    ran = (ROOT / ".ci" / "run").read_text()
    assert [target for target in RUN_BY_CI - {"install"} if f"make {target}" not in ran] == []  # each of them installs


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A checkout's folder with a store, and what stands for the names that the pages made up."""
    folder = tmp_path_factory.mktemp("district")
    shutil.copytree(ROOT / "configs", folder / "configs")
    config = folder / "configs" / "collector.yml"
    config.write_text(config.read_text().replace("quarantine: chromebooks", "quarantine: computers"))
    for place in ("var", "my-dir"):
        (folder / place).mkdir()
    for name, text in {"export.csv": REGISTER, "snipe.yml": SNIPE, "counts.csv": COUNTS}.items():
        (folder / name).write_text(text)
    shutil.copy(folder / "configs" / "schools.csv", folder)
    export(folder, orgs=ORGS).rename(folder / "export.zip")
    (folder / "agent.toml").write_text(
        f'[collector]\nurl = "https://homeroom.example"\ntoken = "hrt0.none"\n[spool]\ndirectory = "{folder}/agent"\n'
    )
    known = asyncio.run(lived_in(config))
    mapping = ["--map", "Equip #=asset_tag", "--map", "Bldg=school_id", "--config", str(config)]
    assert cli.main(["import", "devices", str(folder / "export.csv"), *mapping]) == 0
    return folder, known


async def lived_in(config: Path) -> dict[str, str]:
    """Let two laptops that nobody expected enrol, and make two tokens; give what the pages call them."""
    async with collecting(load(config)) as running:
        serials = ("5CD1234XYZ", "5CD9999XYZ")
        devices = [(await running.enroll(serial=serial))[1]["device_id"] for serial in serials]
        token, api_token = await running.token("lincoln-es"), await running.api_token(role("viewer"))
    return {
        "dev-0123456789": devices[1],
        "hrt0123456789abcdef": token.partition(".")[0],
        "hra0123456789abcdef": api_token.partition(".")[0],
        "/etc/homeroom/collector.yml": "configs/collector.yml",
    }


def runnable(page: Path) -> list[Shown]:
    return [each for each in shown_in(page) if each.runnable and each.words[0] != "make" and not elsewhere(each)]


@pytest.mark.parametrize("page", [each for each in pages() if runnable(each)], ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_the_page_says(
    page: Path,
    district: tuple[Path, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    template, known = district
    folder = shutil.copytree(template, tmp_path / "checkout")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOMEROOM_AGENT_CONFIG", str(folder / "agent.toml"))
    for command in runnable(page):
        program, *words = command.words
        status = PROGRAMS[program]([known.get(word, word) for word in words])
        said = capsys.readouterr()
        allowed = {0, 1} if command.said_to_find else {0}
        assert status in allowed, f"{command}\n{said.err or said.out}"
