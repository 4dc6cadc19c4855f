"""Building blocks, one AWS concept each, shared by every system."""
