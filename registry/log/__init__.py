"""The registry's log: entries appended under the write lock, and what follows from them.

The seam for whoever integrates entries into a tree: rows of ``log_entry`` in the order of ``index``, which has no gaps,
each with its exact bytes and leaf hash; a row never changes once its transaction has committed.
"""
