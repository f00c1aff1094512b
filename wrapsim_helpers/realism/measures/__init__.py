"""What is measured of a run: one module per domain of published figures."""
