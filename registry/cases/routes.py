"""All routes of the yearly release: together, because handlers of one path are registered together."""

from registry.cases import desk_routes, expert_routes, nomination_routes, pages, release_routes, running_routes

ROUTES = [
    *nomination_routes.ROUTES,
    *expert_routes.ROUTES,
    *running_routes.ROUTES,
    *release_routes.ROUTES,
    *pages.ROUTES,
    *desk_routes.ROUTES,
]
