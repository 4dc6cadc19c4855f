"""Redrive: repeats the failed work whose messages are in a queue."""

from hallmark.redrive.queues import Queue, find
from hallmark.redrive.redrive import Outcome, redrive

__all__ = ["Outcome", "Queue", "find", "redrive"]
