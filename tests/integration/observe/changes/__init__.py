"""Changes that somebody could make by hand, each with its way back, and what must be said about it."""

from tests.integration.observe.changes import alarms, api, events, functions, queues, roles, storage
from tests.integration.observe.changes.table import CHANGES, Change

__all__ = ["CHANGES", "Change", "alarms", "api", "events", "functions", "queues", "roles", "storage"]
