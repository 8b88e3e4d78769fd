import pytest

from homeroom_collector.rules.org_units import NOWHERE, OrgUnitRule, place, problem

RULES = [
    OrgUnitRule(path="/Staff", ignore=True),
    OrgUnitRule(path="/Schools/Lincoln/Grade 9", school="0101", grade_band="9-12"),
    OrgUnitRule(path="/Schools/Lincoln", school="0101"),
    OrgUnitRule(path="/Schools/*/Carts/*", school="{1}", grade_band="K-2"),
    OrgUnitRule(path="/Schools/*", school="{1}"),
]


@pytest.mark.parametrize(
    ("path", "school", "rule"),
    [
        ("/Staff/IT", "", 0),
        ("/Schools/Lincoln/Grade 9/Room 4", "0101", 1),
        ("/schools/LINCOLN/Grade 10", "0101", 2),
        ("/Schools/0202/Carts/7", "0202", 3),
        ("/Schools/0303", "0303", 4),
        ("/Schools", "", None),
        ("/", "", None),
        ("/Schools/LincolnX", "LincolnX", 4),
    ],
)
def test_the_first_rule_that_fits_says_the_school(path: str, school: str, rule: int | None):
    found = place(path, RULES)
    assert (found.school_id, found.rule) == (school, rule)


def test_a_unit_that_no_rule_names_is_nowhere():
    assert place("/Elsewhere", RULES) == NOWHERE


def test_the_root_as_a_rule_takes_everything():
    assert place("/Any/thing", [OrgUnitRule(path="/", school="x")]).school_id == "x"


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (OrgUnitRule(path="Schools"), "is not a path"),
        (OrgUnitRule(path="/Schools/*", school="{2}"), "asks for part 2"),
        (OrgUnitRule(path="/Schools/*", school="{0}"), "asks for part 0"),
        (OrgUnitRule(path="/Staff", ignore=True, school="1"), "no school"),
    ],
)
def test_a_rule_that_can_never_work_is_said(rule: OrgUnitRule, says: str):
    assert says in str(problem(rule))


def test_the_rules_of_the_example_are_fine():
    assert [problem(rule) for rule in RULES] == [None] * len(RULES)
