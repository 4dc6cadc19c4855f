"""The stacks: what Hallmark deploys, and nothing of how it is tested or proved."""
