"""The device key: only its owner reads it, and no power cut leaves half of it."""

import json
import os
import stat
from pathlib import Path

import pytest

from homeroom_agent import identity
from homeroom_agent.errors import IdentityError
from homeroom_agent.identity import Device
from homeroom_agent.kinds import Secret

DEVICE = Device("dev-1", Secret("very-secret"), {"serial": "S1"})


def test_a_device_comes_back_as_it_was_saved_and_only_its_owner_may_read_it(tmp_path: Path):
    identity.save([tmp_path / "state"], DEVICE)
    loaded = identity.load([tmp_path / "state"])
    assert loaded is not None
    assert (loaded.device_id, loaded.key.reveal(), loaded.machine) == ("dev-1", "very-secret", {"serial": "S1"})
    assert stat.S_IMODE((tmp_path / "state" / "device.json").stat().st_mode) == 0o600
    assert "very-secret" not in repr(loaded)


def test_without_a_file_there_is_no_device(tmp_path: Path):
    assert identity.load([tmp_path]) is None
    identity.forget([tmp_path])
    identity.save([tmp_path], DEVICE)
    identity.forget([tmp_path])
    assert identity.load([tmp_path]) is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"device_id":"a"}', "\x00\x01", '{"device_id":1,"machine":[]}']
)
def test_a_damaged_file_means_enrolling_again(tmp_path: Path, content: str, caplog):
    (tmp_path / "device.json").write_text(content)
    (tmp_path / "device.json").chmod(0o600)
    assert identity.load([tmp_path]) is None
    assert "enrol again" in caplog.text


def test_a_key_that_others_could_read_is_closed_to_them_and_said(tmp_path: Path, caplog):
    identity.save([tmp_path], DEVICE)
    (tmp_path / "device.json").chmod(0o644)
    assert identity.load([tmp_path]) is not None
    assert stat.S_IMODE((tmp_path / "device.json").stat().st_mode) == 0o600
    assert "read by others" in caplog.text


def test_a_write_that_fails_leaves_the_old_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    identity.save([tmp_path], DEVICE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IdentityError, match="No space left"):
        identity.save([tmp_path], Device("dev-2", Secret("other"), {}))
    assert json.loads((tmp_path / "device.json").read_text())["device_id"] == "dev-1"


def test_left_overs_of_an_interrupted_write_are_no_obstacle(tmp_path: Path):
    (tmp_path / "device.json.new").write_text("half")
    identity.save([tmp_path], DEVICE)
    assert identity.load([tmp_path]) is not None
    assert not (tmp_path / "device.json.new").exists()


def test_a_read_only_home_leaves_the_key_elsewhere(tmp_path: Path):
    (tmp_path / "home").write_text("a file, so that nothing can be written below it")
    places = [tmp_path / "home", tmp_path / "memory"]
    assert identity.load(places) is None
    identity.save(places, DEVICE)
    assert identity.load(places) is not None
    identity.forget(places)
    assert identity.load(places) is None
    with pytest.raises(IdentityError, match="cannot be written"):
        identity.save(places[:1], DEVICE)
