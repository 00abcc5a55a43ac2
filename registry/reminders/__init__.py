"""Reminders: of what is about to expire, and of parts whose record no longer holds."""
