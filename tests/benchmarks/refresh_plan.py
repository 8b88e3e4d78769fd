"""The refresh plan of 50,000 devices under a cap, and everything else that a board is made of, in processor time."""

import sys
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from homeroom_collector.rules.refresh_policy import RefreshPolicy, Rotation
from homeroom_collector.views.metrics.decided import shown

sys.path.insert(0, str(Path(__file__).parents[1]))

from collector.decisions.made_up import board

NAME = "refresh_plan"
DEVICES, SCHOOLS = 50_000, 80
POLICY = RefreshPolicy(
    budget=Decimal(2_000_000), spare_ratio=Decimal("0.03"), rotation={"K-2": Rotation(first=2028)}, years=10
)


def measure() -> dict[str, object]:
    """Seconds of one processor."""
    made_up = board(DEVICES, SCHOOLS)
    made_up = replace(made_up, policies=replace(made_up.policies, refresh=POLICY))
    started = time.process_time()
    plan = made_up.plan
    planned = time.process_time()
    samples = sum(len(found) for _, found in shown(made_up))
    return {
        "devices": DEVICES,
        "lines": len(plan.lines),
        "plan_cpu_seconds": round(planned - started, 2),
        "samples": samples,
        "metrics_cpu_seconds": round(time.process_time() - planned, 2),
        "bars": {"plan_cpu_seconds": ["<", 60.0]},
    }
