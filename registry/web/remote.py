"""From where a request comes, as far as limits go by it."""

from ipaddress import IPv6Address, IPv6Network
from typing import Any

from litestar import Request
from litestar.middleware.rate_limit import get_remote_address


def remote_of(request: Request[Any, Any, Any]) -> str:
    """What limits go by for a request."""
    return network_of(get_remote_address(request))


def network_of(address: str) -> str:
    """What limits go by: an IPv4 address; of an IPv6 address its /64, in which whoever has one has them all (RFC 4291,
    2.5.1; RFC 7421), so that none of them begins anew."""
    try:
        found = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or IPv6Network((found.packed[:8] + bytes(8), 64)))
