"""What a transaction must come to, read from the requirements a second time, as plain conditions."""
