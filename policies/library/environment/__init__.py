"""Regions and stages."""
