"""Benchmarks: speeds as ratios within one run, printed as a table. ``make bench`` runs them; no test is timed."""
