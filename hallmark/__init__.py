"""Hallmark: serverless transaction pipelines on AWS that prove their own compliance."""

__version__ = "0.1.0"
