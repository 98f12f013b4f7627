"""An agent silences himself: Asterisk drops his voice, whatever telephone he has.

It is part of what a call wants to be so, like everything that is heard: it survives a reload of his page, a hold and a
restart, holds for whoever was asked or taken in, and for two colleagues, just as for the agent whose call it is, and
ends with his part.
"""

from acd import arrangement, conference, own_calls
from acd.contact_state import Contact, Participant, Stage
from acd.floor import Floor
from acd.hold import in_hand
from acd.own_call_state import OwnCall
from ctiserver.core.errors import Refusal
from ctiserver.core.events import AgentMuted
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.requests import Mute
from ctiserver.core.topology import Mode
from ctiserver.core.turn import Turn


def mute(floor: Floor, request: Mute, turn: Turn) -> None:
    """Nobody hears the agent, or all do again; no news where it is so already. Raises Refusal."""
    mode = Mode.MUTED if request.muted else Mode.TALK
    call, guest = own_calls.of_agent(floor, request.agent), conference.guest_of(floor, request.agent)
    if call is not None:
        _mute_colleague(call, request, turn)
    elif guest is not None:
        _mute_guest(*guest, request, mode, turn)
    else:
        contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
        if contact.agent_mode is not mode:
            contact.agent_mode = mode
            arrangement.arrange(contact, turn)
            _tell(contact.id, request, turn)


def _mute_guest(contact: Contact, party: Participant, request: Mute, mode: Mode, turn: Turn) -> None:
    if not party.up:
        raise _no_call(request.agent)
    if party.mode is not mode:
        party.mode = mode
        arrangement.arrange(contact, turn)
        _tell(contact.id, request, turn)


def _mute_colleague(call: OwnCall, request: Mute, turn: Turn) -> None:
    if call.stage != "talking":
        raise _no_call(request.agent)
    leg = call.agent_leg if request.agent == call.agent else call.leg
    if (leg in call.muted) is request.muted:
        return
    call.muted = [it for it in call.muted if it != leg] + ([leg] if request.muted else [])
    own_calls.arrange(call, turn)
    _tell(call.id, request, turn)


def _tell(contact: ContactId, request: Mute, turn: Turn) -> None:
    turn.say(AgentMuted(at=turn.at, contact=contact, agent=request.agent, muted=request.muted))


def _no_call(key: AgentKey) -> Refusal:
    return Refusal("no_call", f"{key} has no call for which this could be done now")
