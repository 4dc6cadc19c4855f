"""Policies: a library of judgements, the engine they are written with, and catalogues of controls over them."""
