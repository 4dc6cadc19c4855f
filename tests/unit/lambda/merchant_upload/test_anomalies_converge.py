"""Verdicts depend on the set of rows alone: whatever the order, the batches, the lag, the repeats and the ends."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from merchant_upload.anomaly_detection.logic import Row, judge

from hallmark.systems.merchant_upload.plain_verdicts import PlainTransaction, at, verdicts
from tests.unit.lambda_support import load_world

world = load_world()
