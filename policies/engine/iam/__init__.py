"""IAM: statements, who certainly may and who possibly may not, ways around policies."""
