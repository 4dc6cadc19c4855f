"""The load that is realtime's own: its mix of traffic, its abuse, and how its effects are measured."""
