"""Batches: a notebook for each set of parameters, side by side, and one table and page of all."""
