"""The browser's telephone: what it needs to register, and to be heard through firewalls.

Over HTTPS the telephone speaks to Asterisk's port with TLS, under the name by which the page was opened: the
certificate is the same. Without HTTPS the page is on this machine, and so is Asterisk's plain port.
"""

from urllib.parse import urlsplit

import msgspec
from flask import request

from agent_console.ice import IceServer, ice_servers
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import agents
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.process.sip_secret import sip_password, sip_secret


class PhoneAccount(msgspec.Struct, kw_only=True):
    """How the page's telephone registers. `socket_url` is absolute; the password ends with the log-in.

    The credentials of `ice_servers` are good for `ice_seconds`; fresh ones are at `/me/phone/ice`.
    """

    socket_url: str
    user: str
    domain: str
    password: str
    extension: str
    ice_servers: list[IceServer] = []
    ice_seconds: int


class WaysThrough(msgspec.Struct, kw_only=True):
    """Servers for the audio's way through firewalls; their credentials are good for `ice_seconds`."""

    ice_servers: list[IceServer]
    ice_seconds: int


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("POST", "/me/phone", Permission.OWN_PHONE, "Have a telephone in my browser")
    def my_phone(call: Call) -> PhoneAccount:
        services = call.services
        phone = services.store.read(agents.phone_of, call.principal.login)
        if phone is None or not phone.browser:
            raise Refusal("no_browser_phone", "your telephone is the one on your desk")
        services.engines.provision()
        url, domain = _asterisk(services.config)
        ways = my_ways(call)
        return PhoneAccount(
            socket_url=url,
            user=agents.phone_name(phone.extension),
            domain=domain,
            password=sip_password(sip_secret(services.config), phone.extension, phone.nonce),
            extension=phone.extension,
            ice_servers=ways.ice_servers,
            ice_seconds=ways.ice_seconds,
        )

    @operations.add("GET", "/me/phone/ice", Permission.OWN_PHONE, "Have fresh credentials for my audio's way")
    def my_ways(call: Call) -> WaysThrough:
        ice = call.services.config.console.ice
        servers = ice_servers(ice, call.principal.login, call.services.now())
        return WaysThrough(ice_servers=servers, ice_seconds=ice.credential_seconds)


def _asterisk(config: Config) -> tuple[str, str]:
    """The WebSocket of the telephone and its SIP domain."""
    if not request.is_secure:
        return f"ws://127.0.0.1:{config.asterisk.http_port}/ws", "127.0.0.1"
    host = urlsplit(f"//{request.host}").hostname or "localhost"
    host = f"[{host}]" if ":" in host else host
    return f"wss://{host}:{config.asterisk.wss_port}/ws", host
