"""What a change made better or worse: a report beside that of another run, the base."""
