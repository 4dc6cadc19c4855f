"""`notification` sums up an upload, announces it and ends it, in this order: a crash repeats, and loses nothing."""
