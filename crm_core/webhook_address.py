"""Where a webhook may go: to the public internet, and to private networks only where the configuration says so.

Otherwise whoever may register a webhook could make the server ask machines behind its firewall (server-side request
forgery). The URL is looked at when it is registered, and the address that its name stands for each time before it
is used; the connection then goes to that very address, so that a name cannot mean another one a moment later.
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST_URL = 2000
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 as a network that has IPv6 alone writes it."""


def check_url(url: str) -> str | None:
    """What is wrong with the URL, as a sentence; None when nothing is. Names are not looked up."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "this is no URL: write https://host/path"
    if len(url) > LONGEST_URL or not url.isascii() or any(character <= " " for character in url):
        return "write at most 2000 plain characters, without spaces"
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        return "write https://host/path"
    if parts.username or parts.password:
        return "write no password into the URL: each message is signed"
    return None


def may_reach(address: str, allowed_networks: Sequence[str]) -> bool:
    """Whether messages may go to this IP address: a public one, or one in an allowed network."""
    found = _plain(ipaddress.ip_address(address.partition("%")[0]))
    if any(found in ipaddress.ip_network(network, strict=False) for network in allowed_networks):
        return True
    site_local = isinstance(found, ipaddress.IPv6Address) and found.is_site_local
    return found.is_global and not (found.is_multicast or found.is_reserved or site_local)


def _plain(address: Address) -> Address:
    """The IPv4 address inside of an IPv6 one that means the same machine (RFC 4291, 3056, 6052)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    translated = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _TRANSLATED else None
    return address.ipv4_mapped or address.sixtofour or translated or address
