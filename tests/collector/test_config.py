"""The configuration: strict, and documented key by key."""

import dataclasses
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeroom_collector.config import Settings, load
from homeroom_collector.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "configs" / "collector.yml"


def leaves(cls: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Dotted paths of every key that can be set."""
    for name, hint in typing.get_type_hints(cls).items():
        nested = [found for found in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(found)]
        if nested:
            yield from leaves(nested[0], (*path, name))
        else:
            yield (*path, name)


def problems(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "collector.yml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "collector.yml")
    return [problem.removeprefix(f"{tmp_path / 'collector.yml'}: ") for problem in caught.value.problems]


@pytest.mark.parametrize("path", list(leaves(Settings)), ids=".".join)
def test_every_key_is_documented_in_the_example(path: tuple[str, ...]):
    text = EXAMPLE.read_text(encoding="utf-8")
    for name in path:
        # A secret may be given in three ways; one of them is shown.
        name = re.sub("_(env|file)$", "", name)
        assert re.search(rf"(^|[\s#{{]){name}(_env|_file)?:", text), f"{'.'.join(path)} is not in {EXAMPLE}"


@pytest.mark.parametrize("path", list(leaves(Settings)), ids=".".join)
def test_the_example_shows_the_defaults(path: tuple[str, ...]):
    shown, default = load(EXAMPLE), Settings()
    for name in path:
        if not dataclasses.is_dataclass(default):
            return  # a list: its entries are examples
        shown, default = getattr(shown, name), getattr(default, name)
    assert shown == default or isinstance(shown, Path) or path == ("store", "url")


def test_an_empty_file_is_all_defaults(tmp_path: Path):
    (tmp_path / "collector.yml").write_text("")
    assert load(tmp_path / "collector.yml").listen == Settings().listen


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path):
    text = "store: {url: 'sqlite:///h.db'}\nschools: {file: s.csv}\nlisten: {tls: {certificate: c.pem, key: /k.pem}}\n"
    (tmp_path / "collector.yml").write_text(text)
    settings = load(tmp_path / "collector.yml")
    assert settings.store.url == f"sqlite:///{tmp_path}/h.db"
    assert settings.schools.file == tmp_path / "s.csv"
    assert settings.listen.tls
    assert (settings.listen.tls.certificate, settings.listen.tls.key) == (tmp_path / "c.pem", Path("/k.pem"))


@pytest.mark.parametrize("url", ["sqlite:////var/lib/h.db", "postgresql://homeroom@db/homeroom"])
def test_other_stores_are_left_where_they_are(tmp_path: Path, url: str):
    (tmp_path / "collector.yml").write_text(f"store: {{url: '{url}'}}")
    assert load(tmp_path / "collector.yml").store.url == url


def test_unknown_keys_and_wrong_types_come_all_at_once_with_suggestions(tmp_path: Path):
    text = "listen: {prot: 80, host: 1}\nstores: {}\ningest: {queue_reports: lots}\nagents: {interval: 5 parsecs}\n"
    assert sorted(problems(tmp_path, text)) == [
        "agents.interval: not a duration; write a number of seconds, or for example 90s, 5m, 12h, 30d",
        "ingest.queue_reports: input should be a valid integer, unable to parse string as an integer",
        "listen.host: input should be a valid string",
        "listen.prot: unknown key; did you mean 'port'?",
        "stores: unknown key; did you mean 'store'?",
    ]


def test_values_out_of_bounds_come_all_at_once_too(tmp_path: Path):
    text = "listen: {port: 70000, trusted_proxies: [10.0.0.1/8]}\ntimezone: Mars\ningest: {reports_per_commit: 0}\n"
    assert problems(tmp_path, text) == [
        "listen.port: 70000 is not a port",
        "listen.trusted_proxies[0]: 10.0.0.1/8 has host bits set",
        "timezone: 'Mars' is not known; for example America/Chicago",
        "ingest.reports_per_commit: must be at least 1",
    ]


def test_a_missing_file_is_said_in_words(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path / "collector.yml")


V3 = "snmp: {credentials: [{name: c, version: '3', user: u, auth: sha, priv: aes, "
SECRETS = {
    "snmp: {credentials: [{name: core, community: hunter2}]}": "snmp.credentials[0].community",
    V3 + "auth_password: hunter2, priv_password_env: A}]}": "snmp.credentials[0].auth_password",
    V3 + "auth_password_env: A, priv_password: hunter2}]}": "snmp.credentials[0].priv_password",
    "access: {openid: {issuer: 'https://a.example', client_id: h, client_secret: hunter2},"
    " roles: [{role: admin, people: [a]}]}": "access.openid.client_secret",
    "store: {url: 'postgresql://homeroom:hunter2@db/homeroom'}": "store.url",
}


@pytest.mark.parametrize(("text", "path"), SECRETS.items(), ids=SECRETS.values())
def test_a_secret_in_the_text_is_refused_and_the_alternative_is_told(tmp_path: Path, text: str, path: str):
    (found,) = problems(tmp_path, text)
    assert found.startswith(f"{path}: a ")
    assert "does not belong in this file" in found
    assert ("_file" in found and "_env" in found) or "PGPASSFILE" in found
    assert "hunter2" not in found


def test_what_everybody_knows_is_no_secret(tmp_path: Path):
    (tmp_path / "collector.yml").write_text("snmp: {credentials: [{name: factory, community: public}]}")
    assert load(tmp_path / "collector.yml").snmp.credentials[0].name == "factory"
