"""From the topology that is wanted and the one that is seen to the requests between them.

Policy: first make what is missing, then put in the legs that hear nothing yet, then move those that hear
something else (so that nobody hears silence for longer than one request takes), then take out the legs
wanted nowhere, and last remove the conversations that the contact no longer needs. Adding a leg takes it out
of where it was. Nothing is asked for that is so already.
"""

from dataclasses import dataclass, field

from ctiserver.core.ids import ContactId, ConversationId, LegId
from ctiserver.core.topology import Conversation, Kind


@dataclass(frozen=True, slots=True)
class CreateBridge:
    conversation: ConversationId
    kind: Kind
    contact: ContactId


@dataclass(frozen=True, slots=True)
class AddLeg:
    conversation: ConversationId
    leg: LegId
    kind: Kind


@dataclass(frozen=True, slots=True)
class RemoveLeg:
    conversation: ConversationId
    leg: LegId


@dataclass(frozen=True, slots=True)
class DestroyBridge:
    conversation: ConversationId


Step = CreateBridge | AddLeg | RemoveLeg | DestroyBridge


@dataclass(slots=True)
class SeenBridge:
    """A bridge as it stands in Asterisk."""

    kind: Kind
    contact: ContactId
    legs: list[LegId] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """The bridges that there are. Invariant: a leg is in one bridge at most."""

    bridges: dict[ConversationId, SeenBridge] = field(default_factory=dict)

    def where(self, leg: LegId) -> ConversationId | None:
        """The bridge that a leg is in."""
        return next((id for id, bridge in self.bridges.items() if leg in bridge.legs), None)

    def of(self, contact: ContactId) -> list[ConversationId]:
        """The bridges of a contact."""
        return [id for id, bridge in self.bridges.items() if bridge.contact == contact]

    def apply(self, step: Step) -> None:
        """What the switch makes of a step; impossible ones change nothing."""
        match step:
            case CreateBridge(conversation, kind, contact):
                self.bridges.setdefault(conversation, SeenBridge(kind, contact))
            case AddLeg(conversation, leg) if conversation in self.bridges:
                self.take_out(leg)
                self.bridges[conversation].legs.append(leg)
            case RemoveLeg(conversation, leg) if self.where(leg) == conversation:
                self.take_out(leg)
            case DestroyBridge(conversation):
                self.bridges.pop(conversation, None)

    def take_out(self, leg: LegId) -> ConversationId | None:
        """The bridge that is empty now that the leg is out, if it was the last one in it."""
        conversation = self.where(leg)
        if conversation is None:
            return None
        legs = self.bridges[conversation].legs
        legs.remove(leg)
        return None if legs else conversation


def steps(contact: ContactId, wanted: tuple[Conversation, ...], seen: Seen) -> list[Step]:
    """The fewest steps, in order, from what is seen to what a contact wants; [] when it is so already."""
    kinds = {conversation.id: conversation.kind for conversation in wanted}
    wrong = [id for id in kinds if id in seen.bridges and seen.bridges[id].kind != kinds[id]]
    done: list[Step] = [DestroyBridge(id) for id in wrong]
    missing = [id for id in kinds if id not in seen.bridges or id in wrong]
    done += [CreateBridge(id, kinds[id], contact) for id in missing]
    done += _moves(wanted, seen, wrong)
    kept = {leg for conversation in wanted for leg in conversation.legs}
    for id in seen.of(contact):
        if id not in wrong:
            done += [RemoveLeg(id, leg) for leg in seen.bridges[id].legs if leg not in kept]
    done += [DestroyBridge(id) for id in seen.of(contact) if id not in kinds]
    return done


def _moves(wanted: tuple[Conversation, ...], seen: Seen, wrong: list[ConversationId]) -> list[Step]:
    """Legs in no bridge first, then those that leave one."""
    silent: list[Step] = []
    moved: list[Step] = []
    for conversation in wanted:
        for leg in conversation.legs:
            where = seen.where(leg)
            if where is None or where in wrong:
                silent.append(AddLeg(conversation.id, leg, conversation.kind))
            elif where != conversation.id:
                moved.append(AddLeg(conversation.id, leg, conversation.kind))
    return silent + moved
