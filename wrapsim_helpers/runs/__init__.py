"""Runs: simulated part by part, planned, continued, opened, checked and measured."""
