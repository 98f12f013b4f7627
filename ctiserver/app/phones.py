"""Agents' phones as Asterisk shall know them."""

from crm_core import agents
from crm_core.db import Store
from ctiserver.asterisk.agents import AgentEndpoint
from ctiserver.process.sip_secret import sip_password


def read_phones(store: Store, secret: bytes) -> list[AgentEndpoint]:
    """Every agent's phone. Raises StoreError."""
    return [
        AgentEndpoint(
            name=agents.phone_name(phone.extension),
            password=sip_password(secret, phone.extension, phone.nonce),
            contact=phone.uri,
            browser=phone.browser,
        )
        for phone in store.read(agents.phones)
    ]
