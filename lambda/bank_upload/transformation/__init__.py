"""`transformation` stores the rows of one range of an upload; done again, or twice at once, it says the same."""
