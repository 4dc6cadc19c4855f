"""The rules that the fraud detector decides by: a file in the repository, published as immutable versions."""

from hallmark.rules.publication import PublishedRule, publish

__all__ = ["PublishedRule", "publish"]
