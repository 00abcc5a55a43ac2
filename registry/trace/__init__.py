"""Traces: from a product's record through the records of its parts, across members, down to raw material;
and area statements: the products of a site or park over a year, each emission counted once."""
