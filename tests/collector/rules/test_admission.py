"""Who is let in at once, and who waits."""

import pytest

from homeroom_collector.model import Device
from homeroom_collector.rules.admission import AcceptRule, AdmissionPolicy, judge

CHROMEBOOK = Device(
    device_id="", device_class="computer", school_id="0101", platform="chromeos", serial="5CD1", model="HP 11 G8"
)
LAPTOP = Device(device_id="", device_class="computer", school_id="0101", platform="windows", serial="PF1")
GOOGLE = AdmissionPolicy(google_is_read=True)
EVERYONE = AdmissionPolicy(quarantine="computers")


@pytest.mark.parametrize(
    ("device", "policy", "listed", "standing"),
    [
        (CHROMEBOOK, GOOGLE, True, "accepted"),
        (CHROMEBOOK, GOOGLE, False, "quarantined"),
        (CHROMEBOOK, AdmissionPolicy(), False, "accepted"),
        (LAPTOP, GOOGLE, False, "accepted"),
        (LAPTOP, EVERYONE, False, "quarantined"),
        (LAPTOP, EVERYONE, True, "accepted"),
        (CHROMEBOOK, AdmissionPolicy(quarantine="nobody", google_is_read=True), False, "accepted"),
    ],
)
def test_who_must_be_listed_and_is_not_waits(device: Device, policy: AdmissionPolicy, listed: bool, standing: str):
    assert judge(device, policy, listed=listed).standing == standing


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (AcceptRule(platform="chromeos"), True),
        (AcceptRule(school="0101", serial="5cd*"), True),
        (AcceptRule(model="*G8*"), True),
        (AcceptRule(model="*G9*"), False),
        (AcceptRule(school="0102", serial="5CD*"), False),
    ],
)
def test_a_rule_lets_in_only_where_all_of_it_fits(rule: AcceptRule, fits: bool):
    found = judge(CHROMEBOOK, AdmissionPolicy(google_is_read=True, accept=(rule,)), listed=False)
    assert (found.standing == "accepted") is fits
    assert fits is (found.reason == "enrolment.accept[0]")


def test_what_a_device_does_not_say_fits_no_pattern_and_the_reason_says_so():
    nameless = Device(device_id="", device_class="computer", platform="chromeos")
    policy = AdmissionPolicy(google_is_read=True, accept=(AcceptRule(serial="?*"),))
    found = judge(nameless, policy, listed=False)
    assert (found.standing, found.reason) == ("quarantined", "no inventory lists it: it says no serial number")
