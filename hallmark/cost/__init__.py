"""What a load run would cost on AWS: its counts times the list prices of prices.yaml."""
