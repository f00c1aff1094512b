"""The benchmark: compares the tables of a simulated run with published figures."""

from .measure import checked, measured, sampled
from .report import check_report, write_report
from .results_text import run_text
from .scores import passed, targets, verdicts
from .study import Size, Study, study_of
