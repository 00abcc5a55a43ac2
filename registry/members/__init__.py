"""Organisations of the alliance."""
