"""Modules that only improve speed: emulator, functions and the load generator share a few processors.

Without them the stage gives the same responses, but later. The modules with an `install()` are extensions, listed and
described as such; the others change how the emulator's process runs.
"""
