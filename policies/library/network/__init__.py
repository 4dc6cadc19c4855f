"""Networks: no way out or in, subnets in zones, HTTPS alone, endpoints, flow logs."""
