"""Networks: what a template says of VPCs, and what may leave and enter them."""
