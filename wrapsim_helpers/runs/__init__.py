"""Runs: simulate them part by part, plan, continue, open, verify and measure them."""
