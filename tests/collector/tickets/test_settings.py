"""``tickets.yml``: strict, and documented key by key."""

import dataclasses
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.mail import MailSettings
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.desks import DESKS
from homeroom_collector.tickets.settings import TicketSettings, load, missing_secrets

MAIL = MailSettings(host="mail.example", sender="homeroom@d.example")
EXAMPLE = Path(__file__).parents[3] / "configs" / "tickets.yml"


def leaves(cls: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, hint in typing.get_type_hints(cls).items():
        nested = [found for found in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(found)]
        if nested and nested[0] is not SecretSource:
            yield from leaves(nested[0], (*path, name))
        else:
            yield (*path, name)


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "tickets.yml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    return [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]


@pytest.mark.parametrize("path", list(leaves(TicketSettings)), ids=".".join)
def test_every_key_is_documented_in_the_example(path: tuple[str, ...]):
    text = EXAMPLE.read_text(encoding="utf-8")
    section = text[text.index(f"{path[0]}:") :] if len(path) > 1 else text
    for name in path:
        assert re.search(rf"(^|[\s#{{]){name}:", section), f"{'.'.join(path)} is not in {EXAMPLE}"


def test_the_example_shows_the_defaults():
    assert load(EXAMPLE) == TicketSettings()


def test_each_example_of_a_help_desk_can_be_used_as_it_stands(tmp_path: Path):
    text = EXAMPLE.read_text(encoding="utf-8")
    for name in DESKS:
        start = re.search(rf"^# {name}:", text, re.M)
        assert start, f"{name} is not in {EXAMPLE}"
        block = re.match(r"(?:#.*\n?)+", text[start.start() :])
        assert block
        lines = [line.removeprefix("# ") for line in block[0].splitlines()]
        (tmp_path / "tickets.yml").write_text(f"desk: {name}\n" + "\n".join(lines) + "\n")
        section = getattr(load(tmp_path / "tickets.yml", MAIL), name)
        for each in dataclasses.fields(section):
            shown, default = getattr(section, each.name), _default(each)
            assert each.default is dataclasses.MISSING or default == shown or each.name in ("field",), each.name


def _default(each: "dataclasses.Field[Any]") -> Any:
    return each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default


def test_the_settings_are_the_policy_of_the_rules():
    policy = TicketSettings().policy()
    assert policy == type(policy)()
    assert TicketSettings().staff_hours() == type(TicketSettings().staff_hours())()


def test_what_is_wrong_comes_all_at_once(tmp_path: Path):
    text = "desk: jira2\nlease: 1s\nflapping: {hold: 1s, cycles: 0}\nstaff: {start: '17:00'}\n"
    assert problems(tmp_path, text) == [
        "lease: must be at least 5s",
        "flapping.cycles: must be at least 1",
        "flapping.hold: must not be less than hold",
        "staff: end must be later than start",
        f"desk: 'jira2' is not known; known: {', '.join(DESKS)}",
    ]
    assert problems(tmp_path, "desk: request_tracker\n") == [
        "request_tracker: missing; the section of the help desk that desk names"
    ]


def test_a_secret_is_never_sent_in_the_clear_nor_written_into_the_settings(tmp_path: Path):
    section = "request_tracker: {url: 'http://rt.example', token: {env: T}, queue: Q}\n"
    assert problems(tmp_path, section) == ["request_tracker.url: 'http://rt.example' is not an https address"]
    assert "token" in problems(tmp_path, section.replace("{env: T}", "abc"))[0]
    assert problems(tmp_path, section.replace("{env: T}", "{}"))[0].startswith("request_tracker.token: ")


def test_secrets_come_from_files_beside_the_settings_or_the_environment(tmp_path: Path):
    (tmp_path / "t").write_text("from a file\n")
    (tmp_path / "tickets.yml").write_text("request_tracker: {url: 'https://rt', token: {file: t}, queue: Q}\n")
    settings = load(tmp_path / "tickets.yml").request_tracker
    assert settings
    assert settings.token.read("x", {}).reveal() == "from a file"
    assert SecretSource(env="T").read("x", {"T": "from there"}).reveal() == "from there"
    with pytest.raises(ConfigError, match="x: the environment has no T"):
        SecretSource(env="T").read("x", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        SecretSource(file=tmp_path / "none").read("x", {})


def test_mail_goes_by_a_server_of_its_own_or_by_the_one_of_everybody(tmp_path: Path):
    section = "desk: email\nemail: {to: help@d.example}\n"
    assert problems(tmp_path, section) == [
        "email.host: missing; name a mail server here, or in the section mail of collector.yml"
    ]
    assert load(tmp_path / "tickets.yml", MAIL).email
    own = section.replace("}", ", host: mail.d.example, user: us, password: {env: P}, encryption: none}")
    assert problems(tmp_path, own) == [
        "email.sender: missing; the address that letters come from",
        "email.encryption: a password is sent encrypted, or to this machine only",
    ]


@pytest.mark.parametrize("key", ["to", "sender"])
@pytest.mark.parametrize("text", ["nobody", "x\\r\\nBcc: a@b", "a@b, c@d"])
def test_addresses_are_addresses(tmp_path: Path, key: str, text: str):
    given = {"to": "help@d.example", "sender": "us@d.example"} | {key: text}
    lines = ", ".join(f'{name}: "{value}"' for name, value in given.items())
    [problem] = problems(tmp_path, f"email: {{host: mail.d.example, {lines}}}\n")
    assert problem.startswith(f"email.{key}: ")
    assert problem.endswith("is not an e-mail address")


def test_secrets_of_the_chosen_help_desk_are_looked_for_and_of_no_other(tmp_path: Path):
    text = (
        "desk: request_tracker\nrequest_tracker: {url: 'https://rt', token: {file: none}, queue: Q}\n"
        "zendesk: {url: 'https://z', user: u, token: {env: ZENDESK}}\nalertmanager: {token: {env: ALERTS}}\n"
    )
    (tmp_path / "tickets.yml").write_text(text)
    assert missing_secrets(load(tmp_path / "tickets.yml"), MailSettings(), {}) == [
        "alertmanager.token: the environment has no ALERTS",
        f"request_tracker.token: {tmp_path / 'none'} cannot be read: No such file or directory",
    ]


def test_unknown_keys_have_suggestions(tmp_path: Path):
    with pytest.raises(ConfigError, match="did you mean 'settle'"):
        strict.decode(TicketSettings, {"setle": 3})
