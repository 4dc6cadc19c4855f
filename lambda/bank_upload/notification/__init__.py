"""Announcement of what became of an upload."""
