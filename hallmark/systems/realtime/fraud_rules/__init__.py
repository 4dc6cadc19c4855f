"""The rules that the fraud detector decides by: a file beside this one, published as immutable versions."""

from hallmark.systems.realtime.fraud_rules.publication import RULES, PublishedRule, publish

__all__ = ["RULES", "PublishedRule", "publish"]
