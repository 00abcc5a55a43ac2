"""The command ``carbonlabel``: what a retailer needs, and whatever other installed parts add to it."""

from verifier.cli.app import main

__all__ = ["main"]
