"""The cost of a load run on AWS: its counts times the list prices of prices.yaml."""
