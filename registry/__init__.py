"""The registry service: members, declarations, review, log, labels, resolver and pages.

A folder is an area; in each, routes are the HTTP edge, and what decides is a function of values. ``registry.opened``
holds a registry home opened for work: its database, its keys, its log.
"""
