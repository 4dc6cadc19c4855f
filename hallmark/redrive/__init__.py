"""Redrive: repeats the failed work whose messages are in a queue, and what is stuck without one."""

from hallmark.redrive.dropping import drop
from hallmark.redrive.queues import Queue, find
from hallmark.redrive.redrive import Outcome, redrive
from hallmark.redrive.stuck import STUCK, redrive_stuck

__all__ = ["STUCK", "Outcome", "Queue", "drop", "find", "redrive", "redrive_stuck"]
