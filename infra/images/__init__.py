"""Container images of functions: the Dockerfile, its context, and the tag that names their content."""
