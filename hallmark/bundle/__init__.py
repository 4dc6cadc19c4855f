"""The bundle: one zip of report, exports and evidence that can be checked where nothing else of the project is.

Making one needs the project; what `hallmark verify` imports needs the package's base alone.
"""
