"""What is here only for speed: emulator and functions share a few processors with whoever sends the load.

Without it the stage answers the same, but later. The modules with an `install()` are extensions, listed and described
as such; the others change how the emulator's process runs.
"""
