"""Networks: where functions stand in them, and which ways lead out."""
