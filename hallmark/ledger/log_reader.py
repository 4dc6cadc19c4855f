"""Incremental reading of a log group, each line once."""

from collections.abc import Generator, Iterator

from hallmark.stage import Stage


class LogReader:
    """A reader of a log group; `latest` is the time of the last event seen, in milliseconds."""

    def __init__(self, stage: Stage, group: str, latest: int) -> None:
        self._client = stage.client("logs")
        self._group = group
        self._read: set[str] = set()
        self.latest = latest

    def unread(self, start: int) -> Iterator[str]:
        """Yield the messages from a time on, in milliseconds, that were not returned before."""
        while True:
            known = len(self._read)
            last = yield from self._read_from(start)
            # A response that was truncated without a token is continued from its last event.
            if len(self._read) == known or last is None:
                return
            start = last

    def _read_from(self, start: int) -> Generator[str, None, int | None]:
        last = None
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=self._group, startTime=max(0, start)
        )
        for page in pages:
            for entry in page["events"]:
                last = entry["timestamp"]
                self.latest = max(self.latest, last)
                if entry["eventId"] not in self._read:
                    self._read.add(entry["eventId"])
                    yield entry["message"]
        return last
