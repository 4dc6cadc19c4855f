"""The fraud detector's rules: a file in this folder, published as immutable versions."""

from hallmark.systems.realtime.fraud_rules.publication import RULES, PublishedRule, publish

__all__ = ["RULES", "PublishedRule", "publish"]
