"""A tool with its own stack: Locust on AWS Fargate against a stage of a system."""
