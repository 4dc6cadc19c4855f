"""What should have come of a run at every place of the pipeline, against what did."""
