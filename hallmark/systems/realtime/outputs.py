"""The names of realtime's stack outputs, for the modules that read them."""

from infra.realtime.outputs import Output

__all__ = ["Output"]
