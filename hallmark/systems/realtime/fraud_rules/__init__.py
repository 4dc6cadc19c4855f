"""The fraud detector's rules: a file in this folder, published as immutable versions, verified and restored."""

from hallmark.systems.realtime.fraud_rules.publication import RULES, PublishedRule, publish
from hallmark.systems.realtime.fraud_rules.verification import Deviation, verify

__all__ = ["RULES", "Deviation", "PublishedRule", "publish", "verify"]
