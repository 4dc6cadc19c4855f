"""Records that must come again, and why."""

from collections.abc import Callable, Collection
from typing import Any, Optional, TypeVar

from botocore.exceptions import ClientError

_T = TypeVar("_T")


class NotDone(Exception):
    """Something that may succeed later; the text is a code."""


class Again:
    """The rows whose records are reported; `reasons` has a code for each, never a value."""

    def __init__(self, time_is_up: Callable[[], bool]) -> None:
        self.reasons: dict[str, str] = {}
        self._time_is_up = time_is_up

    def attempt(self, row_ids: Collection[str], call: Callable[..., _T], *arguments: Any) -> Optional[_T]:
        """Call, or note that the records of these rows must come again, and return None."""
        try:
            if self._time_is_up():
                raise NotDone("out of time")
            return call(*arguments)
        except ClientError as error:
            self.note(row_ids, str(error.response["Error"].get("Code")))
        except NotDone as error:
            self.note(row_ids, str(error))
        except Exception as error:  # whatever is wrong with some rows must not keep the others from being judged
            self.note(row_ids, type(error).__name__)
        return None

    def note(self, row_ids: Collection[str], reason: str) -> None:
        """Note a reason; the first of a row stays."""
        for row_id in row_ids:
            self.reasons.setdefault(row_id, reason)
