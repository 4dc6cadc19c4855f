"""State machines as a template writes them: their definition, states, ways and times."""
