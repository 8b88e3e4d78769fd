"""Monitoring health: whether Homeroom itself can be believed."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from homeroom_dashboards.frame import Uid, frame, row
from homeroom_dashboards.limits import FEW_WANTED, MUST_BE_ONE, NONE_WANTED, UTILIZATION
from homeroom_dashboards.panels import About, AnyPanel, course, number
from homeroom_dashboards.queries import of_schools

_OURS = "* on (job, instance) group_left () homeroom_build_info"
_SILENT = "The collector is not scraped; see the targets page of Prometheus"


def dashboard() -> Dashboard:
    """The collector, its intake, its poller, what it reads and writes elsewhere, and what agents say of themselves."""
    built = frame(Uid.MONITORING, "Monitoring health", "Whether Homeroom itself is well.")
    row(built, "Now", _now())
    row(built, "Reports of computers", _intake())
    row(built, "Polls of network gear", _poller())
    row(built, "Satellites", _satellites())
    row(built, "Remote write", _remote_write())
    row(built, "Sources", _sources())
    return row(built, "The process", _process())


def _now() -> list[AnyPanel]:
    silent = f"time() - {of_schools('homeroom_device_last_report_timestamp_seconds')}"
    return [
        number(
            About(
                title="Scrapes that work",
                description="Share of Prometheus' targets that answer, of jobs whose name begins with homeroom.",
                missing="No job of Prometheus has a name that begins with homeroom",
                unit="percentunit",
                limits=MUST_BE_ONE,
            ),
            'avg(up{job=~"homeroom.*"})',
        ),
        number(
            About(
                title="Queue of reports",
                description="Reports waiting for the store, as a share of how many may; at 100 % agents must wait.",
                missing=_SILENT,
                unit="percentunit",
                limits=UTILIZATION,
            ),
            "max(homeroom_ingest_queued_reports / homeroom_ingest_queue_capacity_reports)",
        ),
        number(
            About(
                title="Commits refused",
                description="Commits that the store did not take in the chosen time.",
                missing=_SILENT,
                limits=NONE_WANTED,
            ),
            "sum(increase(homeroom_ingest_failed_commits_total[$__range]))",
        ),
        number(
            About(
                title="Polls skipped",
                description="Polls left out in the chosen time because the one before had not ended.",
                missing=_SILENT,
                limits=FEW_WANTED,
            ),
            "sum(increase(homeroom_poll_skipped_total[$__range]))",
        ),
        number(
            About(
                title="Reports lost by agents",
                description="Reports that full spools dropped in the chosen time.",
                missing="No computer reports at the moment",
                limits=FEW_WANTED,
            ),
            f"sum(increase({of_schools('homeroom_device_lost_reports_total')}[$__range]))",
        ),
        number(
            About(
                title="Heard within 15 minutes",
                description="Share of all devices, computers and network gear, heard in the last 15 minutes.",
                missing="No device was ever heard",
                unit="percentunit",
            ),
            f"avg(({silent}) < bool 900)",
        ),
    ]


def _intake() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Reports by result",
                description="Rejected ones were malformed; refused ones were told to come back later.",
                missing=_SILENT,
                unit="reqps",
                span=12,
            ),
            {"{{result}}": "sum by (result) (rate(homeroom_ingest_reports_total[$__rate_interval]))"},
            stacked=True,
        ),
        course(
            About(
                title="Time of a commit",
                description="Above a second the disk or the database cannot keep up.",
                missing="No reports were stored in this time",
                unit="s",
                limits=((None, "green"), (1, "red")),
                span=12,
            ),
            _quantiles("homeroom_ingest_commit_seconds_bucket"),
        ),
    ]


def _poller() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Polls by result",
                description="Silent devices did not answer; refused answers could not be understood.",
                missing=_SILENT,
                unit="ops",
                span=8,
            ),
            {"{{result}}": "sum by (result) (rate(homeroom_polls_total[$__rate_interval]))"},
            stacked=True,
        ),
        course(
            About(
                title="Lateness of polls",
                description="How much later than planned polls start; growing lateness means too much to poll.",
                missing="No network gear is polled",
                unit="s",
                span=8,
            ),
            _quantiles("homeroom_poll_lag_seconds_bucket"),
        ),
        course(
            About(
                title="Slowest polls",
                description="The ten network devices that take the longest to read.",
                missing="No network gear is polled",
                unit="s",
                span=8,
            ),
            {"{{school}} {{device}}": f"topk(10, {of_schools('homeroom_target_poll_duration_seconds')})"},
        ),
    ]


def _satellites() -> list[AnyPanel]:
    missing = "There are no satellites, or none was ever heard"
    return [
        course(
            About(
                title="Silence of satellites",
                description="Time since each was heard; nobody looks at its school's gear while it is silent.",
                missing=missing,
                unit="s",
                limits=((None, "green"), (300, "red")),
                span=8,
            ),
            {
                "{{satellite}}": "time() - max by (satellite) "
                f"({of_schools('homeroom_satellite_last_contact_timestamp_seconds')})"
            },
        ),
        course(
            About(
                title="Reports that wait at satellites",
                description="What their disks held when they last told; it grows while the line is down.",
                missing=missing,
                span=8,
            ),
            {"{{satellite}}": f"max by (satellite) ({of_schools('homeroom_satellite_waiting_reports')})"},
        ),
        course(
            About(
                title="Reports lost at satellites",
                description="Reports that a disk had no room or no time for, in the chosen time.",
                missing=missing,
                limits=NONE_WANTED,
                span=8,
            ),
            {
                "{{satellite}}": "max by (satellite) "
                f"(increase({of_schools('homeroom_satellite_lost_reports_total')}[$__range]))"
            },
        ),
    ]


def _remote_write() -> list[AnyPanel]:
    missing = "Remote write is not set up, or nothing was sent yet"
    return [
        course(
            About(
                title="Lag of remote write",
                description="Age of the oldest report that waits; it grows while a receiver is away.",
                missing=missing,
                unit="s",
                limits=((None, "green"), (300, "red")),
                span=6,
            ),
            {"{{endpoint}}": "max by (endpoint) (homeroom_remote_write_lag_seconds)"},
        ),
        course(
            About(title="Queue of remote write", description="Reports that wait.", missing=missing, span=6),
            {"{{endpoint}}": "max by (endpoint) (homeroom_remote_write_queued_reports)"},
        ),
        course(
            About(
                title="Samples written",
                description="Refused ones the receiver will never take, such as those older than its window.",
                missing=missing,
                unit="ops",
                span=6,
            ),
            {
                "{{endpoint}} {{result}}": "sum by (endpoint, result) "
                "(rate(homeroom_remote_write_samples_total[$__rate_interval]))"
            },
        ),
        course(
            About(
                title="Reports given up",
                description="Reports that waited too long or were too many, in the chosen time.",
                missing="Nothing was ever given up",
                limits=NONE_WANTED,
                span=6,
            ),
            {
                "{{endpoint}} {{reason}}": "sum by (endpoint, reason) "
                "(increase(homeroom_remote_write_lost_reports_total[$__range]))"
            },
        ),
    ]


def _sources() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Age of Google's register",
                description="Time since both of Google's lists were last read to the end.",
                missing="Google is not asked",
                unit="s",
                limits=((None, "green"), (86_400, "red")),
                span=12,
            ),
            {"{{instance}}": "time() - (homeroom_google_sync_timestamp_seconds > 0)"},
        ),
        course(
            About(
                title="Age of calendars",
                description="Time since each calendar feed was last read.",
                missing="No calendar is read from elsewhere",
                unit="s",
                limits=((None, "green"), (604_800, "red")),
                span=12,
            ),
            {"{{feed}}": "time() - max by (feed) (homeroom_calendar_feed_read_timestamp_seconds)"},
        ),
    ]


def _process() -> list[AnyPanel]:
    return [
        course(
            About(
                title="Memory", description="Resident memory of the collector.", missing=_SILENT, unit="bytes", span=6
            ),
            {"{{instance}}": f"process_resident_memory_bytes {_OURS}"},
        ),
        course(
            About(title="Processor cores", description="Cores in use by the collector.", missing=_SILENT, span=6),
            {"{{instance}}": f"rate(process_cpu_seconds_total[$__rate_interval]) {_OURS}"},
        ),
        course(
            About(
                title="Time of a scrape",
                description="All but a twentieth took less; above Prometheus' scrape_timeout they are lost.",
                missing=_SILENT,
                unit="s",
                span=6,
            ),
            {
                "{{scope}}": "histogram_quantile(0.95, sum by (le, scope) "
                "(rate(homeroom_scrape_seconds_bucket[$__rate_interval])))"
            },
        ),
        course(
            About(title="Series", description="Series of the fleet in a whole scrape.", missing=_SILENT, span=6),
            {"{{instance}}": "homeroom_series"},
        ),
    ]


def _quantiles(buckets: str) -> dict[str, str]:
    rates = f"sum by (le) (rate({buckets}[$__rate_interval]))"
    return {
        "half take less": f"histogram_quantile(0.5, {rates})",
        "all but a twentieth take less": f"histogram_quantile(0.95, {rates})",
    }
