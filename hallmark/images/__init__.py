"""Container images of functions: built without Docker for the embedded stage, by Docker for AWS, and pushed."""
