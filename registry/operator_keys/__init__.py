"""The registry's own keys before people of the operator: which there are, and what two of them agree on about them."""
