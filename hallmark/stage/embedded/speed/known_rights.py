"""What roles were allowed is known for a second, but forgotten with every change of IAM by a request."""

from collections.abc import Callable
from typing import Any

from ministack.services import iam

from hallmark.stage.embedded.extensions.iam_judge import forget

_READING = ("Get", "List", "Simulate", "Generate")


def _forgetting(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def handle(parameters: Any) -> Any:
        try:
            return handler(parameters)
        finally:
            forget()

    return handle


def install() -> None:
    """Forget after whatever writes."""
    handlers = iam._IAM_HANDLERS
    handlers.update({name: _forgetting(one) for name, one in handlers.items() if not name.startswith(_READING)})
