"""Declarations on their way: draft, submitted, verified, published."""
