"""Targets and credentials from the configuration: everything wrong is said at once, and no secret is ever printed."""

import pytest

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.secret import Secret
from homeroom_collector.snmp import target_text
from homeroom_collector.snmp.settings import SnmpSettings, located, problems
from homeroom_collector.snmp.targets import targets

USER = {"name": "staff", "version": "3", "user": "homeroom", "auth": "sha256", "priv": "aes"}


def settings(**more: object) -> SnmpSettings:
    return strict.decode(SnmpSettings, more)


def test_a_target_takes_its_credentials_by_name():
    section = settings(
        credentials=[{"name": "old", "version": "1", "community": "old"}, {"name": "new", "community": "public"}],
        targets=[{"name": "a", "host": "10.0.0.1", "credentials": "new", "max_repetitions": 0, "interval": "5m"}],
    )
    assert problems(section) == []
    (found,) = targets(section, {})
    assert [way.community for way in found.ways] == [Secret("public")]
    assert (found.endpoint.max_repetitions, found.interval_seconds) == (0, 300.0)


def test_a_target_without_credentials_tries_all_in_order():
    section = settings(
        credentials=[{"name": "one", "community": "x"}, {"name": "two", "community": "y"}],
        targets=[{"name": "a", "host": "10.0.0.1"}],
    )
    (found,) = targets(section, {})
    assert [way.community for way in found.ways] == [Secret("x"), Secret("y")]


def test_secrets_come_from_files_and_the_environment(tmp_path):
    (tmp_path / "auth").write_text("first-password\n")
    section = settings(
        credentials=[USER | {"auth_password_file": "auth", "priv_password_env": "PRIV"}],
        targets=[{"name": "a", "host": "10.0.0.1"}],
    )
    assert problems(section) == []
    (found,) = targets(located(section, tmp_path), {"PRIV": "second-password"})
    (way,) = found.ways
    assert (way.auth_password, way.priv_password) == (Secret("first-password"), Secret("second-password"))


def test_no_secret_is_ever_printed():
    section = settings(
        credentials=[{"name": "a", "community": "hush-hush"}], targets=[{"name": "a", "host": "10.0.0.1"}]
    )
    (found,) = targets(section, {})
    for text in (str(section), repr(found), f"{found.ways[0].community}", "%s" % found.ways[0].community):  # noqa: UP031
        assert "hush" not in text
        assert "<secret>" in text


def test_missing_secrets_are_all_named_at_once():
    section = settings(
        credentials=[
            USER | {"auth_password_file": "nowhere", "priv_password_env": "PRIV"},
            {"name": "b", "community_env": "COMMUNITY"},
        ]
    )
    with pytest.raises(ConfigError) as caught:
        targets(section, {})
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "snmp credentials 'staff'",
        "snmp credentials 'b'",
    ]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"credentials": [{"name": "a"}]}, "snmp.credentials[0].community: missing"),
        ({"credentials": [{"name": "a", "community": "x", "community_env": "Y"}]}, "both given"),
        ({"credentials": [{"name": "a", "community": "x", "user": "u"}]}, "are of version 3, not 2c"),
        ({"credentials": [{"name": "a", "version": "3"}]}, "snmp.credentials[0].user: missing"),
        ({"credentials": [USER | {"priv_password": "12345678"}]}, "snmp.credentials[0].auth: a protocol and a"),
        ({"credentials": [{"name": "a", "version": "3", "user": "u", "priv": "aes"}]}, "add auth"),
        ({"credentials": [{"name": "a", "community": "x"}, {"name": "a", "community": "y"}]}, "is used 2 times"),
        ({"targets": [{"name": "a", "host": "h"}]}, "there are no snmp.credentials"),
        ({"interval": 0}, "snmp.interval: must be more than 0"),
        ({"at_once": 0}, "snmp.at_once: must be at least 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_path(section, words):
    assert any(words in problem for problem in problems(settings(**section)))


def test_a_target_that_names_an_unknown_credential_is_told_the_nearest():
    section = settings(
        credentials=[{"name": "district", "community": "x"}],
        targets=[{"name": "a", "host": "h", "credentials": "distrct", "port": 0, "kind": "toaster"}],
    )
    found = problems(section)
    assert "snmp.targets[0].credentials: 'distrct' is not known; did you mean 'district'?" in found
    assert "snmp.targets[0].port: 0 is not a port" in found
    assert any(problem.startswith("snmp.targets[0].kind: 'toaster' is not one of: switch") for problem in found)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("10.0.0.1", ("10.0.0.1", 161)),
        ("10.0.0.1:1161", ("10.0.0.1", 1161)),
        ("switch.example", ("switch.example", 161)),
        ("[2001:db8::1]:1161", ("2001:db8::1", 1161)),
        ("[2001:db8::1]", ("2001:db8::1", 161)),
        ("2001:db8::1", ("2001:db8::1", 161)),
    ],
)
def test_a_typed_target_is_a_host_and_a_port(text, where):
    assert target_text.parse(text) == where


@pytest.mark.parametrize("text", ["", ":161", "host:", "host:0", "host:70000", "host:x", "[::1]:x"])
def test_what_is_no_target_is_refused(text):
    with pytest.raises(ValueError, match=r"no host|not a port"):
        target_text.parse(text)
