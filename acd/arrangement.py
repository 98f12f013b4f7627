"""Who hears whom: the topology that a contact wants, from its state alone.

A caller who waits, is offered, or whose agent has him on hold or is away, hears music. In a talk all hear each other
who belong in it: the caller, the agent, and the parties that were taken in, each as far as his mode lets him be heard.
While the caller is on hold the agent talks with whom he consults, or who else is there. Whoever changes a contact calls
`arrange` then, and states no topology of his own.
"""

from acd.contact_state import Contact, Participant, Stage
from ctiserver.core.commands import Arrange
from ctiserver.core.ids import ConversationId, LegId
from ctiserver.core.topology import Conversation, Kind, Mode
from ctiserver.core.turn import Turn

_MUSIC = (Stage.WAITING, Stage.OFFERED, Stage.HELD, Stage.RETURNING)
_TALK = (Stage.JOINING, Stage.TALKING)


def arrange(contact: Contact, turn: Turn) -> None:
    """Say what the contact wants now; conversations get a name when they begin, and lose it when they are over."""
    contact.hold = _named(contact.hold, turn) if _hears_music(contact) else None
    contact.talk = _named(contact.talk, turn) if _talks(contact) else None
    contact.consult = _named(contact.consult, turn) if _aside(contact) else None
    for party in contact.parties:
        _name_ear(contact, party, turn)
    turn.say(Arrange(contact=contact.id, conversations=wanted(contact)))


def part(contact: Contact, turn: Turn) -> None:
    """Each leg of the contact on its own: it is over, or goes back to the IVR."""
    turn.say(Arrange(contact=contact.id))


def wanted(contact: Contact) -> tuple[Conversation, ...]:
    """The conversations of a contact, as its stage and its parties want them; () when it wants none.

    Raises AssertionError for a conversation without a name: those are given by `arrange`.
    """
    found: list[Conversation] = []
    if _hears_music(contact):
        found.append(_conversation(contact.hold, Kind.HOLD, {contact.leg: Mode.TALK}))
    if _talks(contact):
        found.append(_conversation(contact.talk, Kind.TALK, _in_talk(contact)))
    if aside := _aside(contact):
        found.append(_conversation(contact.consult, Kind.TALK, aside))
    return (*found, *(_ear(party) for party in contact.parties if _beside(contact, party)))


def _hears_music(contact: Contact) -> bool:
    """Who answered a campaign's call hears none: an agent comes at once, or not at all."""
    if contact.stage is Stage.OUTSIDE:
        return not _talks(contact)
    return contact.stage in _MUSIC and contact.campaign is None and bool(contact.leg)


def _talks(contact: Contact) -> bool:
    """Whom no agent has hears music until the number outside has answered."""
    if contact.stage is Stage.OUTSIDE:
        return any(it.up for it in contact.parties)
    return contact.stage in _TALK


def _in_talk(contact: Contact) -> dict[LegId, Mode]:
    others = [it for it in contact.parties if it.up and it.role != "consulted" and not _beside(contact, it)]
    return {contact.leg: Mode.TALK} | _agent(contact) | {it.leg: it.mode for it in others}


def _aside(contact: Contact) -> dict[LegId, Mode]:
    """Who talks while the caller hears music: the agent and whoever else is there; nobody where he is alone."""
    others = {it.leg: it.mode for it in contact.parties if it.up and it.role != "supervisor"}
    alone = contact.stage is not Stage.HELD or contact.agent_leg is None or not others
    return {} if alone else _agent(contact) | others


def _beside(contact: Contact, party: Participant) -> bool:
    """Whether he is a supervisor who is with the agent alone: he has not joined in, or there is no talk to join."""
    joins = party.mode is Mode.TALK and contact.stage in _TALK
    return party.role == "supervisor" and party.up and not joins


def _name_ear(contact: Contact, party: Participant, turn: Turn) -> None:
    """An ear is of one leg: when his agent has another, or none, the supervisor gets another conversation."""
    if not _beside(contact, party):
        party.ear, party.ear_of = None, None
    elif party.ear is None or party.ear_of != contact.agent_leg:
        party.ear, party.ear_of = ConversationId(turn.new_id()), contact.agent_leg


def _ear(party: Participant) -> Conversation:
    """He hears what the agent hears and says; when he whispers, he is heard by the agent alone."""
    if party.ear is None:
        raise AssertionError("an ear has a name")
    modes = {party.leg: Mode.LISTEN} if party.mode is Mode.LISTEN else {}
    return Conversation(id=party.ear, kind=Kind.TALK, legs=(party.leg,), modes=modes, ear=party.ear_of)


def _agent(contact: Contact) -> dict[LegId, Mode]:
    return {contact.agent_leg: contact.agent_mode} if contact.agent_leg else {}


def _conversation(id: ConversationId | None, kind: Kind, legs: dict[LegId, Mode]) -> Conversation:
    if id is None:
        raise AssertionError(f"a {kind} has a name")
    modes: dict[LegId, Mode] = {leg: mode for leg, mode in legs.items() if mode is not Mode.TALK}
    return Conversation(id=id, kind=kind, legs=tuple(legs), modes=modes)


def _named(id: ConversationId | None, turn: Turn) -> ConversationId:
    return id or ConversationId(turn.new_id())
