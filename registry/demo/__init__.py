"""The demonstration: a registry filled with the Carbon Catalogue's historic figures, and scans to try it with."""
