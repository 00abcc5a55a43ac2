"""Judging in bulk: columns of labels against a bundle of millions, with the verdicts of ``judge``. Needs the extra
``bulk``.

Most scans are the exact text of a label that the bundle, whose hash the registry signed, holds already: they need no
signature, only a comparison of every byte. Whatever is not such a text is judged one by one.

| module | is |
|---|---|
| `bulk` | the door: ``Bulk`` judges columns and streams of batches |
| `batch` | the batch function: columns of labels in, columns of verdicts out |
| `judged` | what was found of each |
| `snapshot`, `labels` | a bundle laid out: its labels as columns, and what is said of each |
| `texts` | many texts in one buffer |
| `index`, `match` | which row a text may be; whether it is, to the last byte |
| `standing` | what is said of each row at a moment: status, dates, keys |
| `judging`, `worker`, `messages` | ``judge`` for what is left, each text once, spread over the cores |
| `process` | settings of a process that does nothing else |
| `flat`, `arrow` | a verdict as a row of a table; Arrow arrays made of their buffers |
"""

from verifier.bulk.bulk import EXPECT, LABEL, Bulk, in_order
from verifier.bulk.flat import OUTPUT_COLUMNS, VERDICT_COLUMNS, numbered
from verifier.bulk.texts import Texts

__all__ = ["EXPECT", "LABEL", "OUTPUT_COLUMNS", "VERDICT_COLUMNS", "Bulk", "Texts", "in_order", "numbered"]
