"""Redrive: what lies in a queue for failures is done again."""

from hallmark.redrive.queues import Queue, find
from hallmark.redrive.redrive import Outcome, redrive

__all__ = ["Outcome", "Queue", "find", "redrive"]
