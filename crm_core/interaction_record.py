"""What each event adds to the record of its contact.

Pure bookkeeping on one interaction; the database is asked only who has a number or whether a customer is
still there.
"""

from functools import singledispatch

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import (
    contact_acts,
    guesses,
    message_record,
    outside_calls,
    recording_record,
    survey_record,
    wrap_up_fields,
)
from crm_core.campaigns.call_backs import promised_in_contact
from crm_core.decision_rows import named
from crm_core.interaction_parts import (
    end_offer,
    identify,
    identify_by_number,
    last_segment_of,
    open_offer,
    outcome_of,
    segment_of,
    still_there,
)
from crm_core.interactions import OUTBOUND, Interaction, Offer
from crm_core.queues import Queue
from ctiserver.core import events as e
from ctiserver.core.live_view import LONGEST_PATH


@singledispatch
def record(event: e.ContactEvent, interaction: Interaction, session: Session) -> None:
    """What the event adds to the record; those without a function of their own add nothing."""


@record.register
def _(event: e.ContactArrived, interaction: Interaction, session: Session) -> None:
    interaction.did = event.did
    interaction.ani = event.pii_number
    interaction.language = event.language
    interaction.flow = event.flow
    interaction.flow_version = event.flow_version
    interaction.dial_id = event.dial_id
    interaction.channel = event.channel


@record.register
def _(event: e.ContactAnswered, interaction: Interaction, session: Session) -> None:
    interaction.answered_by_ivr_at = event.at


@record.register
def _(event: e.ContactMissed, interaction: Interaction, session: Session) -> None:
    interaction.did = event.did
    interaction.ani = event.pii_number
    interaction.arrived_at = min(event.arrived_at, interaction.arrived_at)
    interaction.ended_at = event.ended_at
    interaction.ended_where = "fallback"
    interaction.emergency = event.emergency
    interaction.outcome = "answered_by_fallback" if event.answered else "missed"
    interaction.to_call_back = not event.answered
    if not interaction.candidate_ids:
        identify_by_number(interaction, session)


@record.register
def _(event: e.CallerIdentified, interaction: Interaction, session: Session) -> None:
    interaction.value_class = event.value_class
    identify(interaction, session, [candidate.customer_id for candidate in event.candidates])


@record.register
def _(event: e.CustomerAttached, interaction: Interaction, session: Session) -> None:
    interaction.attached_by = event.agent
    interaction.customer_id = still_there(interaction, session, event.customer.customer_id)


@record.register
def _(event: e.NodeEntered, interaction: Interaction, session: Session) -> None:
    step = {"node": event.node, "kind": event.kind, "at": event.at} | (
        {"label": event.label} if event.label else {}
    )
    interaction.menu_path = [*interaction.menu_path, step][-LONGEST_PATH:]
    guesses.came_to(interaction.guess, event)


@record.register
def _(event: e.FlowEntered, interaction: Interaction, session: Session) -> None:
    if path := interaction.menu_path:
        interaction.menu_path = [*path[:-1], path[-1] | {"to_flow": event.flow}]


@record.register
def _(event: e.ReasonGuessed, interaction: Interaction, session: Session) -> None:
    interaction.guess = guesses.made(event, interaction.account_id)


@record.register
def _(event: e.GuessTaken, interaction: Interaction, session: Session) -> None:
    guesses.taken(interaction.guess, event)


@record.register
def _(event: e.SpeechJudged, interaction: Interaction, session: Session) -> None:
    path = interaction.menu_path
    if path and path[-1]["node"] == event.node:
        step = path[-1] | {"said": [*path[-1].get("said", ()), event.verdict]}  # not what he said
        interaction.menu_path = [*path[:-1], step]


@record.register
def _(event: e.ValueCollected, interaction: Interaction, session: Session) -> None:
    interaction.collected = interaction.collected | {event.key: event.value}
    if event.label:
        named = {"label": event.label, "say_as": event.say_as}
        interaction.collected_as = interaction.collected_as | {event.key: named}


@record.register
def _(event: e.CallbackAsked, interaction: Interaction, session: Session) -> None:
    if event.queue is not None:  # he keeps his place, and has a record of its own from now on
        interaction.outcome = "call_back"
        return
    interaction.call_back_at = event.at
    interaction.to_call_back = True


@record.register
def _(event: e.CallbackCancelled, interaction: Interaction, session: Session) -> None:
    interaction.outcome = "cancelled"


@record.register
def _(event: e.ContactTurnedAway, interaction: Interaction, session: Session) -> None:
    interaction.outcome = "turned_away"


@record.register
def _(event: e.LanguageChosen, interaction: Interaction, session: Session) -> None:
    interaction.language = event.language


@record.register
def _(event: e.ContactQueued, interaction: Interaction, session: Session) -> None:
    interaction.account_id = event.account_id
    interaction.queued_at = interaction.queued_at or event.at
    if interaction.outcome in ("message", "message_lost"):
        interaction.outcome = None  # he wants more than that: what follows decides
    interaction.queue = event.queue
    interaction.value_class = event.value_class
    interaction.language = event.language
    if session.scalar(select(Queue.emergency).where(Queue.key == event.queue)):
        interaction.emergency = True


@record.register
def _(event: e.ContactRequeued, interaction: Interaction, session: Session) -> None:
    interaction.queue = event.queue


@record.register
def _(event: e.DecisionMade, interaction: Interaction, session: Session) -> None:
    interaction.decisions = [*interaction.decisions, named(event)]


@record.register
def _(event: e.OfferMade, interaction: Interaction, session: Session) -> None:
    ordinal = len(interaction.offers) + 1
    interaction.offers.append(Offer(ordinal=ordinal, agent=event.agent, queue=event.queue, made_at=event.at))


@record.register
def _(event: e.OfferRinging, interaction: Interaction, session: Session) -> None:
    if offer := open_offer(interaction, event.agent):
        offer.ringing_at = event.at


@record.register
def _(event: e.OfferExpired, interaction: Interaction, session: Session) -> None:
    end_offer(interaction, event, "expired")


@record.register
def _(event: e.OfferRefused, interaction: Interaction, session: Session) -> None:
    end_offer(interaction, event, "refused", event.reason)


@record.register
def _(event: e.OfferWithdrawn, interaction: Interaction, session: Session) -> None:
    end_offer(interaction, event, "withdrawn")


@record.register
def _(event: e.ContactConnected, interaction: Interaction, session: Session) -> None:
    offer = end_offer(interaction, event, "answered")
    interaction.connected_at = interaction.connected_at or event.at
    interaction.queue = event.queue
    segment = segment_of(interaction, event)
    segment.queue = event.queue
    segment.answered_at = event.at
    segment.began, segment.from_agent = event.began, event.from_agent
    if offer:
        segment.offered_at, segment.ringing_at = offer.made_at, offer.ringing_at


@record.register
def _(event: e.TransferStarted, interaction: Interaction, session: Session) -> None:
    if segment := last_segment_of(interaction, event.agent):
        kind = "agent" if event.to else "outside"
        segment.transfer, segment.transferred_to_kind, segment.transferred_to = "blind", kind, event.to


@record.register
def _(event: e.TransferCompleted, interaction: Interaction, session: Session) -> None:
    segment = last_segment_of(interaction, event.agent)
    if segment is None or segment.transferred_to == event.to:
        return  # told already, as it began
    somebody = "queue" if event.kind == "blind" else "agent"
    kind = somebody if event.to else "outside"
    segment.transfer, segment.transferred_to_kind, segment.transferred_to = event.kind, kind, event.to


@record.register
def _(event: e.TransferredToFlow, interaction: Interaction, session: Session) -> None:
    if segment := last_segment_of(interaction, event.agent):
        segment.transfer, segment.transferred_to_kind, segment.transferred_to = "blind", "flow", event.flow


@record.register
def _(event: e.TransferFailed, interaction: Interaction, session: Session) -> None:
    if segment := last_segment_of(interaction, event.agent):
        segment.transfer_failed = event.reason


@record.register
def _(event: e.TalkEnded, interaction: Interaction, session: Session) -> None:
    segment = segment_of(interaction, event)
    segment.ended_at = event.at
    segment.ended_by = event.by


@record.register
def _(event: e.ContactEnded, interaction: Interaction, session: Session) -> None:
    interaction.ended_at = event.at
    interaction.ended_where = event.where
    interaction.ended_by = event.by
    interaction.ended_cause = event.q850
    guesses.left(interaction.guess, event)
    message_lost = interaction.outcome == "message_lost"
    interaction.outcome = outcome_of(interaction, event)
    # Nobody is called back who left by himself, had his conversation, or was called by us, unless he asked for it.
    settled = ("answered", "reached", "call_back", "cancelled", "message", "no_message", "turned_away")
    ours = interaction.channel == OUTBOUND
    lost = not ours and interaction.outcome not in settled and event.by in ("fallback", "switch")
    interaction.to_call_back = lost or message_lost or interaction.call_back_at is not None


@record.register
def _(event: e.WrapUpStarted, interaction: Interaction, session: Session) -> None:
    segment_of(interaction, event).wrap_up_started_at = event.at


@record.register
def _(event: e.WrapUpEnded, interaction: Interaction, session: Session) -> None:
    segment = segment_of(interaction, event)
    segment.wrap_up_ended_at = event.at
    segment.disposition = event.disposition or segment.disposition


@record.register
def _(event: e.Disposed, interaction: Interaction, session: Session) -> None:
    segment = segment_of(interaction, event)
    segment.disposition = event.code
    segment.note = event.pii_note
    if event.pii_answers:
        segment.form = wrap_up_fields.told(session, interaction.account_id, event.pii_answers)
    interaction.contact_reason = event.contact_reason or interaction.contact_reason
    if event.call_back_at is not None and not promised_in_contact(
        session,
        interaction.account_id,
        interaction.dial_id,
        at=event.call_back_at,
        agent=event.agent,
        now=event.at,
    ):
        interaction.call_back_at, interaction.to_call_back = event.call_back_at, True
        interaction.call_back_claimed_by, interaction.call_back_claimed_at = None, None
        interaction.call_back_done_at, interaction.call_back_result = None, None


@record.register
def _(event: e.OutsideEnded, interaction: Interaction, session: Session) -> None:
    outside_calls.record(session, event)


for step in (*survey_record.STEPS, *contact_acts.STEPS, *message_record.STEPS, *recording_record.STEPS):
    record.register(step)
