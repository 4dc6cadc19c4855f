"""Load: scenarios, the plan of arrivals, what was measured, and the objectives it is judged by.

The package knows nothing of Locust; load/locustfile.py, which drives the plan, does.
"""
