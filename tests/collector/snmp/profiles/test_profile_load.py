"""Profiles are read strictly, and everything wrong is said at once."""

from pathlib import Path

import pytest

from homeroom_collector.errors import ProfileError
from homeroom_collector.snmp.knowledge.listing import check_profiles, list_profiles
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.knowledge.match import Catalog


def load(directory: Path, **files: str) -> Catalog:
    for name, text in files.items():
        (directory / f"{name.replace('_', '-') if not name.startswith('_') else name}.yml").write_text(text)
    return load_catalog(directory, built_in=None)


def problems(directory: Path, **files: str) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        load(directory, **files)
    return str(caught.value).splitlines()


def test_the_built_in_profiles_are_sound():
    assert check_profiles([]) == []


def test_an_unknown_key_is_an_error_with_a_suggestion(tmp_path):
    assert problems(tmp_path, acme="match: [enterprises.99999]\nprocesors: []\n") == [
        "acme.yml: procesors: unknown key; did you mean 'processors'?"
    ]


def test_all_errors_of_all_files_come_at_once(tmp_path):
    found = problems(
        tmp_path,
        one="match: [enterprises.1]\nsensors: [{kind: heat, oid: enterprises.1.2}]\n",
        two="match: [enterprises.2]\nidentity: {model: [{description: '('}]}\nprocessors: [{oid: nonsense.1}]\n",
    )
    assert [line.partition(": ")[0] for line in found] == ["one.yml", "two.yml", "two.yml"]
    assert "sensors[0].kind" in found[0]
    assert "identity.model[0].description" in found[1]
    assert "is not a dotted OID" in found[2]


def test_a_state_named_on_must_be_quoted(tmp_path):
    found = problems(
        tmp_path,
        acme="match: [enterprises.1]\nsensors: [{kind: state, oid: enterprises.1.2, states: {ok: [on]}}]\n",
    )
    assert found == ["acme.yml: sensors.0.states.ok.0: write this word in quotes"]


def test_two_profiles_may_not_make_the_same_claim(tmp_path):
    found = problems(tmp_path, one="match: [enterprises.5]\n", two="match: [enterprises.5]\n")
    assert found == ["two.yml: match: 'one' claims 1.3.6.1.4.1.5 too"]


def test_a_name_that_is_not_among_the_columns_is_an_error(tmp_path):
    found = problems(
        tmp_path,
        acme="match: [enterprises.1]\nsensors: [{kind: count, oid: enterprises.1.2, description: 'Fan {nam}'}]\n",
    )
    assert found == ["acme.yml: sensors[0]: 'nam' is not a name from 'columns'"]


def test_a_block_lends_its_rules_with_the_roots_of_the_borrower(tmp_path):
    block = "roots: {env: enterprises.1}\nprocessors: [{oid: env.7}]\nidentity: {kind: switch, vendor: Block}\n"
    own = "extends: [_block]\nmatch: [enterprises.2]\nroots: {env: enterprises.2}\nidentity: {vendor: Own}\n"
    own += "processors: [{oid: env.8}]\n"
    profile = load(tmp_path, _block=block, own=own).profiles[0]
    assert [rule.oid for rule in profile.processors] == ["1.3.6.1.4.1.2.8", "1.3.6.1.4.1.2.7"]
    assert (profile.identity.kind[0].text, profile.identity.vendor[0].text) == ("switch", "Own")


def test_extending_what_does_not_exist_is_an_error(tmp_path):
    assert problems(tmp_path, own="match: [enterprises.1]\nextends: [_gone]\n") == [
        "own.yml: extends '_gone', which does not exist"
    ]


def test_a_profile_of_the_district_replaces_the_built_in_one(tmp_path):
    (tmp_path / "netgear.yml").write_text("match: [enterprises.4526]\nidentity: {vendor: Ours}\n")
    profile = load_catalog(tmp_path).by_name("netgear")
    assert profile is not None
    assert profile.identity.vendor[0].text == "Ours"


def test_the_list_says_what_each_family_matches_and_reads():
    line = next(line for line in list_profiles(load_catalog()) if line.name == "netgear")
    assert (line.kind, line.vendor, line.matches) == ("switch", "Netgear", "4526")
    assert line.reads == "processors memory sensors"
