"""Private networks of functions: subnets without a way out, groups, endpoints, flow logs."""
