"""Verdicts online: the judge over the registry's own log."""
