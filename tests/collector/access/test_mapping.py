"""From groups and names to roles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.access.mapping import RoleRule, grants, problems
from homeroom_collector.access.roles import PEOPLE, RESPONDERS, Caller, Grant, Role, decode, encode

RULES = [
    RoleRule(role=Role.ADMIN, people=["amy@school.example"]),
    RoleRule(role=Role.HELP_DESK, groups=["help desk"], schools=["0101", "0102"]),
    RoleRule(role=Role.SCHOOL_STAFF, groups=["staff-*"], schools=["{1}"]),
    RoleRule(role=Role.VIEWER, people=["*@school.example"]),
]


def test_every_rule_that_fits_counts():
    assert grants(RULES, "Amy@School.example", []) == (Grant(Role.ADMIN), Grant(Role.VIEWER))


def test_the_star_of_a_group_is_the_school():
    found = grants(RULES, "bo@elsewhere.example", ["staff-0101", "Staff-0107", "staff"])
    assert found == (
        Grant(Role.SCHOOL_STAFF, frozenset({"0101"})),
        Grant(Role.SCHOOL_STAFF, frozenset({"0107"})),
    )


def test_who_fits_nothing_gets_nothing():
    assert grants(RULES, "eve@school.example.evil.example", ["help desks", "xstaff-0101x"]) == ()


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (RoleRule(role=Role.SCHOOL_STAFF, groups=["staff"]), "access.roles[0].schools: missing; of which schools"),
        (RoleRule(role=Role.VIEWER), "access.roles[0]: names nobody; give groups or people"),
        (RoleRule(role=Role.SCRAPER, people=["*"]), "access.roles[0].role: scraper is for API tokens, not for people"),
        (
            RoleRule(role=Role.SCHOOL_STAFF, groups=["staff"], schools=["{1}"]),
            "access.roles[0].schools: asks for part 1, but a pattern of the rule has 0 of *",
        ),
    ],
)
def test_a_rule_that_cannot_be_meant_is_said(rule: RoleRule, says: str):
    assert list(problems([rule], "access.roles")) == [says]


def test_a_role_for_the_district_outweighs_one_for_a_school():
    caller = Caller("amy", "link", (Grant(Role.SCHOOL_STAFF, frozenset({"a"})), Grant(Role.VIEWER)))
    assert caller.schools_for(PEOPLE) is None
    assert caller.schools_for(frozenset({Role.SCHOOL_STAFF})) == {"a"}
    assert caller.schools_for(RESPONDERS) == frozenset()


_SCHOOLS = st.none() | st.frozensets(st.text(max_size=8), max_size=4)


@given(st.lists(st.builds(Grant, st.sampled_from(Role), _SCHOOLS), max_size=4))
def test_grants_come_back_from_the_store_as_they_went(found: list[Grant]):
    assert decode(encode(found)) == tuple(found)
