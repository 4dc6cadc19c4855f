"""IAM: statements, certain and possible permissions, and access without a policy."""
