"""From the topology that is wanted and the one that is seen to the requests between them.

Policy: first make what is missing, then put in the legs that hear nothing yet, then move those that hear
something else (so that nobody hears silence for longer than one request takes), then take out the legs
wanted nowhere, and last remove the conversations that the contact no longer needs. Adding a leg takes it out
of where it was. A leg is silenced before it enters, so that nobody who only listens is heard, and given its voice
back when it is where it belongs. An ear at a leg is opened last, when whoever listens is in his conversation and as
silent as he is to be. Nothing is asked for that is so already.
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


@dataclass(frozen=True, slots=True)
class MuteLeg:
    leg: LegId


@dataclass(frozen=True, slots=True)
class UnmuteLeg:
    leg: LegId


@dataclass(frozen=True, slots=True)
class OpenEar:
    """Make the channel that hears a leg; it is placed when it is there."""

    conversation: ConversationId
    leg: LegId


@dataclass(frozen=True, slots=True)
class PlaceEar:
    conversation: ConversationId


@dataclass(frozen=True, slots=True)
class CloseEar:
    conversation: ConversationId


Step = OpenEar | PlaceEar | CloseEar | CreateBridge | AddLeg | RemoveLeg | DestroyBridge | MuteLeg | UnmuteLeg


@dataclass(slots=True)
class SeenBridge:
    """A bridge as it stands in Asterisk."""

    kind: Kind
    contact: ContactId
    legs: list[LegId] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """The bridges that there are. Invariant: a leg is in one bridge at most.

    `ears`: by conversation, and whether it is known to be in it or on the way there.
    Asterisk does not tell whether a leg is `muted`: after a restart it is `unsure` of those that ever were to be.
    """

    bridges: dict[ConversationId, SeenBridge] = field(default_factory=dict)
    ears: dict[ConversationId, bool] = field(default_factory=dict)
    muted: set[LegId] = field(default_factory=set)
    unsure: set[LegId] = field(default_factory=set)

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
            case OpenEar(conversation):
                self.ears[conversation] = True
            case PlaceEar(conversation) if conversation in self.ears:
                self.ears[conversation] = True
            case CloseEar(conversation):
                self.ears.pop(conversation, None)
            case MuteLeg(leg) | UnmuteLeg(leg):
                self.forget(leg)
                if isinstance(step, MuteLeg):
                    self.muted.add(leg)

    def forget(self, leg: LegId) -> None:
        """Nothing is known of the leg's voice, or of the leg at all."""
        self.muted.discard(leg)
        self.unsure.discard(leg)

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
    silent = {leg for conversation in wanted for leg in conversation.silent()}
    done: list[Step] = [DestroyBridge(id) for id in wrong]
    missing = [id for id in kinds if id not in seen.bridges or id in wrong]
    done += [CreateBridge(id, kinds[id], contact) for id in missing]
    done += _voices(wanted, seen, silent, muted=True)
    done += _moves(wanted, seen, wrong)
    done += _voices(wanted, seen, silent, muted=False)
    kept = {leg for conversation in wanted for leg in conversation.legs}
    for id in seen.of(contact):
        if id not in wrong:
            done += [RemoveLeg(id, leg) for leg in seen.bridges[id].legs if leg not in kept]
    done += _ears(contact, wanted, seen)
    done += [DestroyBridge(id) for id in seen.of(contact) if id not in kinds]
    return done


def _ears(contact: ContactId, wanted: tuple[Conversation, ...], seen: Seen) -> list[Step]:
    """Ears are closed with their conversation, and opened when who listens is there, silenced if he only listens."""
    open_: dict[ConversationId, LegId] = {it.id: it.ear for it in wanted if it.ear is not None}
    ours = dict.fromkeys((*seen.of(contact), *(it.id for it in wanted)))
    done: list[Step] = [CloseEar(id) for id in ours if id in seen.ears and id not in open_]
    done += [OpenEar(id, leg) for id, leg in open_.items() if id not in seen.ears]
    return done + [PlaceEar(id) for id in open_ if seen.ears.get(id) is False]


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


def _voices(wanted: tuple[Conversation, ...], seen: Seen, silent: set[LegId], *, muted: bool) -> list[Step]:
    """The legs in talks that lose their voice, or (not `muted`) get it back."""
    legs = [leg for it in wanted if it.kind is Kind.TALK for leg in it.legs if (leg in silent) == muted]
    if muted:
        return [MuteLeg(leg) for leg in legs if leg in seen.unsure or leg not in seen.muted]
    return [UnmuteLeg(leg) for leg in legs if leg in seen.unsure or leg in seen.muted]
