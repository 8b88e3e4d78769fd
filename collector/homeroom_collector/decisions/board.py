"""The district on one day, with everything that is judged of it worked out once: what all answers are read from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from homeroom_collector.decisions.district import District
from homeroom_collector.decisions.policies import Policies
from homeroom_collector.model import School
from homeroom_collector.rules import equity, reconcile, refresh
from homeroom_collector.rules.asset import Assignment
from homeroom_collector.rules.equity import Standing, of_students
from homeroom_collector.rules.equity_gaps import Gap, gaps
from homeroom_collector.rules.readiness import Readiness, SchoolMeans, readiness
from homeroom_collector.rules.reconcile import Discrepancy, Seen
from homeroom_collector.rules.refresh import RefreshPlan
from homeroom_collector.rules.refresh_policy import RefreshPolicy
from homeroom_collector.rules.sharing import Shared
from homeroom_collector.rules.standards import DeviceVerdict, judge
from homeroom_collector.rules.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Board:
    """Facts, policies and the day; each judgement is worked out when it is first asked for. Nothing here waits."""

    district: District
    policies: Policies
    today: date

    @cached_property
    def verdicts(self) -> tuple[DeviceVerdict, ...]:
        """Every device held to the district's minimum."""
        standards, shared = self.policies.minimum.standards, Shared()
        return tuple(judge(each.asset, each.measured, standards, self.today, shared) for each in self.district.devices)

    @cached_property
    def plan(self) -> RefreshPlan:
        """The refresh plan as refresh.yml has it."""
        return self.planned(self.policies.refresh)

    def planned(self, policy: RefreshPolicy) -> RefreshPlan:
        """A plan by another policy."""
        return refresh.plan(self.verdicts, policy, self.policies.years, self.today, self.policies.minimum.standards)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Every school as it stands, in the order of the register."""
        return tuple(equity.by_school(self._facts))

    @cached_property
    def band_standings(self) -> tuple[Standing, ...]:
        """Every grade band of every school."""
        return tuple(equity.by_grade_band(self._facts))

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The gaps between schools, the widest first."""
        return tuple(gaps(self.standings))

    @property
    def _facts(self) -> equity.Facts:
        district = self.district
        return equity.Facts(
            schools=district.schools,
            judged=self.verdicts,
            today=self.today,
            home_bps=self.policies.minimum.home_bps,
            enrollment=district.enrollment,
            repairs=district.repairs,
            busy_bps=district.lines.busy_bps,
            gear_up_ratio=district.lines.gear_up_ratio,
        )

    @cached_property
    def discrepancies(self) -> tuple[Discrepancy, ...]:
        """Where register, console and what is heard contradict each other."""
        return self.reconciled(self.policies.silent_days)

    def reconciled(self, silent_days: int) -> tuple[Discrepancy, ...]:
        """The same, with another patience for silent devices."""
        seen = [
            Seen(
                asset=each.asset,
                registered=each.registered,
                reported_on=each.measured.measured_on,
                enrolled_school=each.enrolled_school,
                managed=each.managed,
            )
            for each in self.district.devices
        ]
        return tuple(reconcile.reconcile(seen, self.today, silent_days=silent_days, console=self.district.has_console))

    def readiness(self, testers: int | None = None) -> tuple[Readiness, ...]:
        """Every school on a test day; ``testers`` at once, or all its students."""
        return tuple(readiness(self._means(school, testers), self.policies.minimum.testing) for school in self._schools)

    @property
    def _schools(self) -> tuple[School, ...]:
        return self.district.schools

    def _means(self, school: School, testers: int | None) -> SchoolMeans:
        counts = self._floor.get(school.school_id, Counter())
        bandwidth = school.bandwidth_contracted_bps
        return SchoolMeans(
            school_id=school.school_id,
            testers=school.enrollment_students if testers is None else testers,
            ready=counts[Verdict.PASS],
            failing=counts[Verdict.FAIL],
            unknown=counts[Verdict.UNKNOWN],
            contracted_bps=None if bandwidth is None else float(bandwidth),
            busy_bps=self.district.lines.busy_bps.get(school.school_id),
            access_points=self._access_points.get(school.school_id),
        )

    @cached_property
    def _floor(self) -> dict[str, Counter[Verdict]]:
        """Students' devices of each school by how they meet a state test's floor; exempt is not known to be fit."""
        found: dict[str, Counter[Verdict]] = {}
        standards = self.policies.minimum.testing_standards
        for each in self.district.devices:
            if of_students(each.asset):
                verdict = judge(each.asset, each.measured, standards, self.today).verdict
                counts = found.setdefault(each.asset.school_id, Counter())
                counts[Verdict.UNKNOWN if verdict is Verdict.EXEMPT else verdict] += 1
        return found

    @cached_property
    def _access_points(self) -> dict[str, int]:
        """Access points of each school that has network gear: those that answer, or those that controllers count."""
        single: Counter[str] = Counter()
        joined: Counter[str] = Counter()
        schools: set[str] = set()
        for each in self.district.devices:
            gear = each.measured.gear
            if gear is None or each.asset.assignment is not Assignment.INFRASTRUCTURE:
                continue
            schools.add(each.asset.school_id)
            single[each.asset.school_id] += gear.kind == "access_point"
            joined[each.asset.school_id] += gear.access_points or 0
        return {school_id: max(single[school_id], joined[school_id]) for school_id in schools}
