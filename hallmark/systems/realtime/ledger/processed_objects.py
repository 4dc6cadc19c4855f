"""The processed objects in the bucket."""

from collections import defaultdict

from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.expectation import Expectations
from hallmark.systems.realtime.outputs import Output


class ProcessedObjects:
    """Lists the days on which the run's transactions were received, until each day's objects exist."""

    def __init__(self, stage: Stage, expectations: Expectations) -> None:
        self._client = stage.client("s3")
        self._bucket = stage.outputs[Output.PROCESSED_BUCKET]
        self._expectations = expectations
        self._open: dict[str, set[tuple[str, str]]] = defaultdict(set)  # a day's prefix to the objects expected on it
        self.seen: set[tuple[str, str]] = set()
        for identity, expectation in expectations.items():
            day = f"processed/{expectation.received_at[:10].replace('-', '/')}/"
            self._open[day] |= {(identity, rule) for rule in expectation.rules}

    @property
    def complete(self) -> bool:
        """Whether every expected object exists."""
        return not self._open

    def poll(self) -> bool:
        """List the incomplete days."""
        before = len(self.seen)
        for day, due in list(self._open.items()):
            self._list(day)
            if due <= self.seen:
                del self._open[day]
        return len(self.seen) > before

    def _list(self, day: str) -> None:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=day)
        for page in pages:
            for entry in page.get("Contents", []):
                identity, _, name = entry["Key"].removeprefix(day).partition("/")
                if identity in self._expectations:
                    self.seen.add((identity, name.removesuffix(".json")))
