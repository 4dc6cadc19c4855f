"""The system `load`: Locust on AWS Fargate against a stage, synthesized when `loadWorkers` asks for it."""
