"""Timing two things in turn, so that a machine that slows down slows both."""

import statistics
import time


def seconds(action):
    """How long one call takes, seconds."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def in_turn(*actions, rounds=5):
    """Median seconds of each action, called in turn after one round that does not count."""
    times = [[seconds(action) for action in actions] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*times)]
