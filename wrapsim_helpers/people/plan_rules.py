"""The dated rules of the plans, such as how many skips an hour are free."""

import csv

from ..instants import check_time, instant_ms
from ..resources import resource

RULES = (
    "skips_per_hour",
    "shuffle_only",
    "ad_interval",
    "ad_break",
    "on_demand_playlists",
    "on_demand_allowance",
    "offline",
)


def plan_rules():
    """The dated rules of the plans: rule -> [(from, value), ...], oldest first; from in UTC ms."""
    with open(
        resource("data", "behaviour", "plan_rules.csv"), encoding="utf-8", newline=""
    ) as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["from"])
    return {
        rule: [
            (
                instant_ms("from", check_time("from", max(row["from"], "2008-10-07")), "UTC"),
                float(row["value"]),
            )
            for row in rows
            if row["rule"] == rule
        ]
        for rule in RULES
    }
