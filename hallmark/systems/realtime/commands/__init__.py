"""realtime's own commands: `hallmark realtime ...`, and by their names alone."""

OWNER = "realtime"
