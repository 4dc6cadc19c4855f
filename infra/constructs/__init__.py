"""Building blocks, one AWS idea each, shared by every system."""
