"""The node: what the events mean, and the pages."""
