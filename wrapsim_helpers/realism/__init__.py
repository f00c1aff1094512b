"""The benchmark: simulated listening held against published figures, from a run's tables alone."""

from .measure import checked, measured, sampled
from .report import (
    check_report,
    lines_of,
    published_by,
    results_table,
    summary_of,
    tell_rules,
    write_report,
)
from .scores import passed, targets, verdicts
from .study import Size, Study, study_of
