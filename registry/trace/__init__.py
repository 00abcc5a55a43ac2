"""Traces: from a product's record through the records of its parts, across members, down to raw material."""
