"""Generated transactions that meet every rule and every border."""
