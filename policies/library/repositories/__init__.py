"""Repositories of container images."""
