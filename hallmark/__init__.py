"""Hallmark: serverless transaction pipelines on AWS that prove their own compliance."""
