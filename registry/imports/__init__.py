"""Bulk registration: spreadsheets, CSV and NDJSON become declarations, and every problem a line of a report.

    rows = read_rows(path, today)                      # a file: rows of any source, as ``Row``
    report = load(registry, rows, member="acme", ...)  # rows: declarations, submitted or published

``mapping`` documents our own template's columns, ``carbon_catalogue`` those of the Carbon Catalogue.
"""
