"""Whole files of scans: text, CSV, NDJSON or Parquet in, a row of verdict for every line out.

Memory is bounded however long the input is, and whatever its lines hold. One thread cuts the input into parts and
writes; reading a part, judging it and making its output are done by some threads at once.

| module | is |
|---|---|
| `verify` | the door: from file to file |
| `form` | formats and compressions, by a file's name |
| `source`, `blocks` | the input as bytes; in blocks that end where a row does |
| `lines`, `csv_rows`, `records`, `ndjson`, `parquet` | the rows of a part, in each format |
| `rows` | what all of these give |
| `columns` | which column is which |
| `sink`, `encode`, `tails` | the output: there when it is whole; rows as CSV and NDJSON, each label's made once |
| `tally`, `report` | how many of what, where; the same as a page |
"""
