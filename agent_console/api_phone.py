"""The browser's telephone: what it needs to register."""

import msgspec

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import agents
from ctiserver.core.errors import Refusal
from ctiserver.process.sip_secret import sip_password, sip_secret


class PhoneAccount(msgspec.Struct, kw_only=True):
    """How the page's telephone registers. `socket_url` is absolute; the password ends with the log-in."""

    socket_url: str
    user: str
    domain: str
    password: str
    extension: str
    ice_servers: list[dict[str, str]] = []


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("POST", "/me/phone", Permission.OWN_DESK, "Have a telephone in my browser")
    def my_phone(call: Call) -> PhoneAccount:
        services = call.services
        phone = services.store.read(agents.phone_of, call.principal.login)
        if phone is None or not phone.browser:
            raise Refusal("no_browser_phone", "your telephone is the one on your desk")
        services.engines.provision()
        asterisk = services.config.asterisk
        return PhoneAccount(
            socket_url=f"ws://{asterisk.address}:{asterisk.http_port}/ws",
            user=agents.phone_name(phone.extension),
            domain=asterisk.address,
            password=sip_password(sip_secret(services.config), phone.extension, phone.nonce),
            extension=phone.extension,
        )
