"""Slow tests share what the quick ones share."""

from ..conftest import *  # noqa: F403
