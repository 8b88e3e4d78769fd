"""Letters of a running collector, and what the configuration must say for them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.collecting import collecting, settings_at
from homeroom_collector.app import build
from homeroom_collector.cli import main
from homeroom_collector.clock import Clock
from homeroom_collector.errors import ConfigError
from homeroom_collector.letters.settings import DigestSettings, MorningSettings
from homeroom_collector.rules.problem import Problem, Severity, key_of
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.secret import SecretSource
from homeroom_collector.store import open_store, problems
from postbox import Mailbox
from stack import until

MONDAY = datetime(2026, 9, 14, 6, 35, tzinfo=UTC).timestamp()


async def test_a_running_collector_without_a_help_desk_sends_its_digest(tmp_path: Path, box: Mailbox):
    digests = DigestSettings(morning=[MorningSettings(to="pat@d.example")])
    settings = settings_at(tmp_path, mail=box.settings, digests=digests)
    problem = Problem(
        key=key_of("", "satellite_silent", "-"), school="", kind="satellite_silent", subject="-",
        severity=Severity.WARNING, summary="A satellite is silent", runbook="",
    )  # fmt: skip
    row = Row(problem=problem, state=State.OPEN, pending_at=MONDAY - 900, opened_at=MONDAY - 600)
    async with open_store(settings.store.url) as store:
        opened = Transition(change="opened", before=None, after=row)
        await store.write(lambda connection: problems.claim(connection, opened, MONDAY))
    async with collecting(settings, Clock(real_start=time.time(), start=MONDAY)) as running:

        async def arrived() -> bool | None:
            return bool(box.messages) or None

        await until(arrived, 30, "a digest")
        value = running.collector.registry.get_sample_value("homeroom_letters_total", {"result": "sent"})
    assert "District: A satellite is silent" in box.text_to("pat@d.example")
    assert value == 1


def test_a_password_that_is_missing_stops_the_start(tmp_path: Path, box: Mailbox):
    mail = replace(box.settings, user="us", password=SecretSource(env="HOMEROOM_TEST_NO_SUCH_PASSWORD"))
    with pytest.raises(ConfigError, match=r"mail\.password: the environment has no HOMEROOM_TEST_NO_SUCH_PASSWORD"):
        build(settings_at(tmp_path, mail=mail))


def test_check_config_names_the_key_and_the_place_of_every_secret_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("HOMEROOM_TEST_RT", raising=False)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "tickets.yml").write_text(
        "desk: glpi\nglpi: {url: 'https://g', token: {env: HOMEROOM_TEST_RT}, app_token: {file: empty}}\n"
    )
    (tmp_path / "schools.csv").write_text("school_id,name\nlincoln,Lincoln\n")
    (tmp_path / "collector.yml").write_text(
        "schools: {file: schools.csv}\ntickets: {file: tickets.yml}\n"
        "mail: {host: m, sender: us@d.example, user: u, password: {file: none}}\n"
        "reports: {monthly: [{school: lincon, to: a@d.example}]}\n"
        "digests: {weekly: [{school: lincoln, to: b@d.example}], morning: [{to: c@d.example, schools: [adams]}]}\n"
    )
    assert main(["check-config", "--config", str(tmp_path / "collector.yml")]) == 2
    told = capsys.readouterr().err
    for expected in (
        f"{tmp_path / 'tickets.yml'}: glpi.token: the environment has no HOMEROOM_TEST_RT",
        f"{tmp_path / 'tickets.yml'}: glpi.app_token: {tmp_path / 'empty'} is empty",
        f"{tmp_path / 'collector.yml'}: mail.password: {tmp_path / 'none'} cannot be read: No such file or directory",
        "reports.monthly[0].school: there is no school 'lincon'",
        "digests.morning[0].schools: there is no school 'adams'",
    ):
        assert expected in told, expected
    (tmp_path / "none").write_text("secret\n")
    (tmp_path / "empty").write_text("secret\n")
    monkeypatch.setenv("HOMEROOM_TEST_RT", "secret")
    text = (tmp_path / "collector.yml").read_text()
    (tmp_path / "collector.yml").write_text(text.replace("lincon,", "lincoln,").replace("adams", "lincoln"))
    assert main(["check-config", "--config", str(tmp_path / "collector.yml")]) == 0


def test_letters_without_a_mail_server_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    config = tmp_path / "collector.yml"
    config.write_text("digests: {weekly: [{school: a, to: b@d.example}]}\nreports: {quarterly: [nobody]}\n")
    assert main(["check-config", "--config", str(config)]) == 2
    assert "reports.quarterly[0]: 'nobody' is not an e-mail address" in capsys.readouterr().err
    config.write_text(config.read_text().replace("nobody", "board@d.example"))
    assert main(["check-config", "--config", str(config)]) == 2
    told = capsys.readouterr().err
    assert "mail.host: missing; the server that digests are sent by" in told
    assert "mail.host: missing; the server that reports are sent by" in told
