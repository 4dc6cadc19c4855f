"""Expected against observed results of a run, for every place of the pipeline."""
