"""The node: what the events mean, and the pages."""

__version__ = "0.1.0"
