"""A tool with a stack of its own: Locust on AWS Fargate against a stage of a system."""
