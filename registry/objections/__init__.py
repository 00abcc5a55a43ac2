"""Objections: anybody says what is wrong with a record; the operator admits them, hears both sides, and decides."""
