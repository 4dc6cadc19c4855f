"""screening's load: its mix of transactions, its floor, and the measures of its decisions and functions."""
