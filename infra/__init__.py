"""The stacks that Hallmark deploys; independent of the tests and of the tool."""
