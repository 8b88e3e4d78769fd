"""A disk that was copied, or moved, to another machine; and all that is no such thing."""

from pathlib import Path

import pytest

from homeroom_agent.machine import fingerprint, is_another


@pytest.mark.parametrize(
    ("enrolled", "current", "another"),
    [
        ({"serial": "A"}, {"serial": "A"}, False),
        ({"serial": "A"}, {"serial": "B"}, True),
        ({"serial": "A", "cards": "1"}, {"serial": "A", "cards": "2"}, False),
        ({"cards": "1 2"}, {"cards": "3"}, True),
        ({"cards": "1 2"}, {"cards": "2 3"}, False),
        ({"serial": "A"}, {"cards": "1"}, False),
        ({"cards": "1"}, {}, False),
        ({}, {"serial": "B", "cards": "1"}, False),
        ({"serial": "A", "cards": "1"}, {"cards": "2"}, True),
    ],
)
def test_only_proof_makes_it_another_machine(enrolled: dict[str, str], current: dict[str, str], another: bool):
    assert is_another(enrolled, current) is another


def card(folder: Path, name: str, address: str, *, bus: str = "pci0000:00", assigned: str = "0") -> None:
    device = folder / "devices" / bus / name
    device.mkdir(parents=True)
    (folder / "net" / name).mkdir(parents=True)
    (folder / "net" / name / "device").symlink_to(device)
    (folder / "net" / name / "address").write_text(address + "\n")
    (folder / "net" / name / "addr_assign_type").write_text(assigned + "\n")


def cards(folder: Path) -> str | None:
    return fingerprint({}, folder / "net", folder / "ieee80211").get("cards")


def test_a_dock_a_bridge_and_a_random_address_do_not_count(tmp_path: Path):
    card(tmp_path, "eth1", "02:00:00:00:00:01", bus="usb1/1-1")
    card(tmp_path, "eth2", "02:00:00:00:00:02", assigned="3")
    (tmp_path / "net" / "docker0").mkdir()
    (tmp_path / "net" / "docker0" / "address").write_text("02:00:00:00:00:03\n")
    assert cards(tmp_path) is None


def test_the_radio_counts_by_its_own_address_whatever_the_interface_pretends(tmp_path: Path):
    radio = tmp_path / "ieee80211" / "phy0"
    radio.mkdir(parents=True)
    (radio / "macaddress").write_text("02:00:00:00:00:09\n")
    before = cards(tmp_path)
    card(tmp_path, "wlan0", "de:ad:be:ef:00:01")
    (tmp_path / "net" / "wlan0" / "wireless").mkdir()
    assert before
    assert cards(tmp_path) == before


def test_addresses_are_kept_as_digests(tmp_path: Path):
    card(tmp_path, "eth0", "02:00:00:00:00:01")
    assert "02:00" not in str(fingerprint({"serial": "S"}, tmp_path / "net", tmp_path / "ieee80211"))
