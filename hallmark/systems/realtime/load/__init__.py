"""realtime's load: its mix of traffic, its abuse, and the measures of its effects."""
