"""Who needs a supervisor now; and what agents' browsers say of the sound of their calls."""

from typing import Literal

import msgspec

from agent_console.help_needed import NeedsHelp, Quality, who_needs_help
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core.contact_reasons import guess, reasons_of_account
from crm_core.talk_lengths import UsualLength, usual_lengths
from ctiserver.bus.port import NoAnswer
from ctiserver.core.live_rows import ContactView

_KNOWN_FOR_SECONDS = 600.0
"""What is usual changes slowly; it is counted anew after so long."""


class Sound(msgspec.Struct, kw_only=True):
    """How my call sounds."""

    word: Literal["good", "fair", "poor"]


def add_to(operations: Operations) -> None:
    """This family's rows. What browsers say, and what was counted, is kept in memory only."""
    qualities: dict[str, Quality] = {}
    counted: dict[int, tuple[float, dict[str, UsualLength]]] = {}

    @operations.add("PUT", "/me/sound", Permission.OWN_DESK, "Say how my call sounds")
    def tell_sound(call: Call, body: Sound) -> None:
        agent, now = call.principal.agent or "", call.services.now()
        known = qualities.get(agent)
        since = known.since if known and known.word == body.word else now
        qualities[agent] = Quality(body.word, since, now)

    @operations.add(
        "GET", "/live/help", Permission.SUPERVISE, "Who needs a supervisor now, most urgent first"
    )
    def help_needed(call: Call) -> list[NeedsHelp]:
        view, account_id, now = call.services.live.view, call.principal.account_id, call.services.now()
        if view is None:
            raise NoAnswer("the calls process has not been heard yet")
        at, usual = counted.get(account_id, (0.0, {}))
        if now - at > _KNOWN_FOR_SECONDS:
            usual = dict(call.services.store.read(usual_lengths, account_id, now))
            counted[account_id] = (now, usual)
        reasons = call.services.store.read(reasons_of_account, account_id)

        def reason_of(contact: ContactView) -> str | None:
            return guess(reasons, contact.values)

        return who_needs_help(
            view, account_id, usual=usual, reason_of=reason_of, qualities=qualities, now=now
        )
