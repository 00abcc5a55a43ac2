"""The HTTP edge: the application, problem documents, limits, headers. Areas bring their own routes."""
