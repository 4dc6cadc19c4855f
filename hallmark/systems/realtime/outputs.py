"""The names of realtime's stack outputs, for all that reads them."""

from infra.realtime.outputs import Output

__all__ = ["Output"]
