"""A run's announcements, by upload."""

from collections.abc import Iterator
from contextlib import contextmanager

from hallmark.ledger import subscription
from hallmark.ledger.subscription import Said as Said
from hallmark.ledger.subscription import Subscription
from hallmark.stage import Stage
from infra.bank_upload.outputs import Output


class Notifications:
    """What the topic has said since the subscription: messages with their attributes, as often as they came."""

    def __init__(self, heard: Subscription) -> None:
        self._heard = heard

    def hear(self) -> dict[str, list[tuple[Said, Said]]]:
        """Take what has come meanwhile; return all messages so far with their attributes, by upload."""
        by_upload: dict[str, list[tuple[Said, Said]]] = {}
        for one in self._heard.hear():
            upload = str(one.message.get("uploadId") or one.message.get("key"))
            by_upload.setdefault(upload, []).append((one.message, one.attributes))
        return by_upload


@contextmanager
def subscribed(stage: Stage) -> Iterator[Notifications]:
    """Hear the topic of results for as long as the run."""
    with subscription.subscribed(stage, stage.outputs[Output.RESULTS_TOPIC_ARN]) as heard:
        yield Notifications(heard)
