"""Records: published declarations, and what the log says of their standing."""
