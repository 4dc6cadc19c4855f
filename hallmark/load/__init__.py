"""Load tests: scenarios, the plan of arrivals, the outcome of a run, and its objectives.

The package is independent of Locust; only load/locustfile.py, which executes the plan, uses it.
"""
