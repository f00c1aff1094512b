"""The measures of a run: one module per domain of published figures."""
