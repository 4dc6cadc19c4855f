"""realtime's own commands: `hallmark realtime ...`, also without `realtime`."""

OWNER = "realtime"
