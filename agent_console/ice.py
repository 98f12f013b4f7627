"""The servers that lead a browser's audio through firewalls and NAT, with a credential that ends by itself.

A TURN server and we share one secret. A credential's user name is the epoch second at which it ends, a colon and whom
it is for; its password the base64 of the HMAC-SHA1 of that name under the secret: the "TURN REST API"
(draft-uberti-behave-turn-rest-00, section 2.2), which coturn calls `use-auth-secret`. Nothing is kept anywhere.
"""

import base64
import hmac

import msgspec

from ctiserver.core.config import Ice


class IceServer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a browser's RTCPeerConnection takes (RTCIceServer); without credential for STUN."""

    urls: list[str]
    username: str = ""
    credential: str = ""


def ice_servers(ice: Ice, login: str, now: float) -> list[IceServer]:
    """The configured servers for one person; `now` in UTC epoch seconds."""
    stun = [url for url in ice.servers if url.startswith("stun")]
    turn = [url for url in ice.servers if url.startswith("turn")]
    found = [IceServer(urls=stun)] if stun else []
    if turn:
        username, credential = turn_credential(ice.secret, login, now + ice.credential_seconds)
        found.append(IceServer(urls=turn, username=username, credential=credential))
    return found


def turn_credential(secret: str, login: str, ends_at: float) -> tuple[str, str]:
    """User name and password that a TURN server with the same secret takes until then (UTC epoch seconds)."""
    username = f"{int(ends_at)}:{login}"
    digest = hmac.new(secret.encode(), username.encode(), "sha1").digest()
    return username, base64.b64encode(digest).decode()
