"""The report in the forms of auditors' and security teams' tools: OSCAL, CSV, ASFF, and a matrix of frameworks."""
