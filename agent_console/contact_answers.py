"""One contact as a browser or a program sees it: offers and why they were made, talks, recordings, who spoke when."""

from collections.abc import Sequence
from typing import Any

import msgspec

from agent_console.shaped import shaped
from crm_core.interactions import Interaction, Offer, Segment
from crm_core.recordings import MESSAGE, Recording, RecordingPause
from crm_core.talk_shares import outside, shares, together
from crm_core.third_parties import ThirdParty


class OfferTold(msgspec.Struct, kw_only=True):
    """One offer to an agent. `result`: answered, expired, refused, withdrawn; `why`: the decision behind it."""

    agent: str
    queue: str
    made_at: float
    ringing_at: float | None
    ended_at: float | None
    result: str | None
    reason: str
    why: dict[str, Any] | None


class PauseTold(msgspec.Struct, kw_only=True):
    """Silence in a recording, in seconds from its beginning; `until` None: it lasted until the end.

    `resumed_by`: center, when nobody had ended it for too long.
    """

    since: float
    until: float | None
    by: str
    reason: str
    resumed_by: str | None


class VoicesTold(msgspec.Struct, kw_only=True):
    """Who spoke when, in seconds of the recording, and what part of their talk that was, 0 to 1.

    `both`: at once; `silence`: neither. What was said while the caller heard music is none of their talk.
    """

    caller: list[tuple[float, float]]
    agent: list[tuple[float, float]]
    caller_share: float
    agent_share: float
    both_share: float
    silence_share: float


class RecordingTold(msgspec.Struct, kw_only=True):
    """`state`: recorded, kept, expired or lost; `peaks`: its loudness in pieces, 0 to 100; [] until it is kept."""

    state: str
    seconds: float
    peaks: list[int]
    sha256: str | None
    pauses: list[PauseTold]
    voices: VoicesTold | None


class FilledIn(msgspec.Struct, kw_only=True):
    """One answer of the form after the contact, as its field was called then; `text`: of a choice, by language."""

    key: str
    label: dict[str, str]
    value: str
    text: dict[str, str] | None = None


class SegmentTold(msgspec.Struct, kw_only=True):
    """One agent's part. `began`: queue, or blind, attended, conference, returned `from_agent`.

    `transfer`: how he passed the customer on, to what and to whom; `transfer_failed`: why nobody took him there.
    `disposition_label`: the result in words, by language; null where nobody knows it any more.
    """

    ordinal: int
    agent: str
    queue: str
    answered_at: float
    ended_at: float | None
    ended_by: str | None
    talk_seconds: float | None
    wrap_up_seconds: float | None
    disposition: str | None
    disposition_label: dict[str, str] | None = None
    note: str
    form: list[FilledIn]
    began: str
    from_agent: str | None
    transfer: str | None
    transferred_to_kind: str | None
    transferred_to: str | None
    transfer_failed: str | None
    recording: RecordingTold | None


class ThirdPartyTold(msgspec.Struct, kw_only=True):
    """Who else was called: a colleague, or (`agent` None) a number outside. `heard_at`: the customer heard him.

    `recording`: of what the agent and he said to each other in segment `segment`; null when there is none.
    """

    ordinal: int
    asked_by: str
    agent: str | None
    number: str
    called_at: float
    answered_at: float | None
    heard_at: float | None
    ended_at: float | None
    outcome: str | None
    reason: str
    consult_seconds: float
    segment: int | None
    recording: RecordingTold | None


class AnswerTold(msgspec.Struct, kw_only=True):
    """What he said to one question of the survey."""

    question: str
    kind: str
    value: int
    answered_at: float


class WaitTold(msgspec.Struct, kw_only=True):
    """One wait in a queue, and the range of instants that he was told first; `result` None: he waits still."""

    queue: str
    entered_at: float
    left_at: float | None
    result: str | None
    told_from_at: float | None
    told_until_at: float | None


class ListenerTold(msgspec.Struct, kw_only=True):
    """Somebody listened to a talk, or to the consult of this number in it."""

    at: float
    by: str
    segment: int
    consult: int | None = None


class NamesTold(msgspec.Struct, kw_only=True):
    """What people call those whom the record names: people by login, queues by key, flows by name and language."""

    people: dict[str, str]
    queues: dict[str, str]
    flows: dict[str, dict[str, str]]


class ContactTold(msgspec.Struct, kw_only=True):
    """Everything that is kept of one contact. `acts`: `{"at", "act", "by", ...}`, what people did besides talking.

    `listeners` None: for those who may read the audit alone. `message`: what the caller left in place of waiting, heard
    as recording 0.
    """

    contact: str
    channel: str
    customer_id: int | None
    customer: str | None
    value_class: str | None
    number: str
    did: str
    flow: str | None
    dial_id: int | None
    arrived_at: float
    queued_at: float | None
    connected_at: float | None
    ended_at: float | None
    wait_seconds: float | None
    outcome: str | None
    ended_where: str | None
    ended_by: str | None
    reason: str | None
    path: list[dict[str, Any]]
    collected: dict[str, Any]
    offers: list[OfferTold]
    acts: list[dict[str, Any]]
    segments: list[SegmentTold]
    third_parties: list[ThirdPartyTold]
    survey: str | None
    answers: list[AnswerTold]
    listeners: list[ListenerTold] | None
    message: RecordingTold | None
    waits: list[WaitTold]
    names: NamesTold | None = None


def contact_of(
    found: Interaction, sounds: Sequence[Recording], pauses: Sequence[RecordingPause]
) -> ContactTold:
    """The contact with the recordings of its talks and consults, and the silences in them."""
    by_segment = {one.segment: one for one in sounds if one.consult is None}
    by_consult = {one.consult: one for one in sounds}
    return shaped(
        ContactTold,
        found,
        contact=found.id,
        customer=found.customer.display_name if found.customer else None,
        number=found.ani,
        reason=found.contact_reason or found.collected.get("reason"),
        path=found.menu_path,
        offers=[_offer(one, found.decisions, place) for place, one in enumerate(found.offers)],
        segments=[_segment(one, by_segment.get(one.ordinal), pauses) for one in found.segments],
        third_parties=[_third(one, by_consult.get(one.ordinal), pauses) for one in found.third_parties],
        answers=[shaped(AnswerTold, one) for one in found.answers],
        listeners=None,
        message=_recording(by_segment[MESSAGE], None, []) if MESSAGE in by_segment else None,
        waits=[shaped(WaitTold, one) for one in found.visits],
        names=None,
    )


def _offer(one: Offer, decisions: list[Any], place: int) -> OfferTold:
    return shaped(OfferTold, one, why=decisions[place] if place < len(decisions) else None)


def _segment(one: Segment, sound: Recording | None, pauses: Sequence[RecordingPause]) -> SegmentTold:
    his = [pause for pause in pauses if pause.segment == one.ordinal and sound and _in(sound, pause)]
    return shaped(
        SegmentTold,
        one,
        disposition_label=None,
        form=msgspec.convert(one.form or [], list[FilledIn]),
        recording=_recording(sound, one, his) if sound else None,
    )


def _third(one: ThirdParty, sound: Recording | None, pauses: Sequence[RecordingPause]) -> ThirdPartyTold:
    if sound is None:
        return shaped(ThirdPartyTold, one, segment=None, recording=None)
    his = [pause for pause in pauses if pause.segment == sound.segment and _in(sound, pause)]
    return shaped(ThirdPartyTold, one, segment=sound.segment, recording=_recording(sound, None, his))


def _in(sound: Recording, pause: RecordingPause) -> bool:
    """Whether the pause silenced a part of the file."""
    began_before = pause.paused_at < sound.recorded_at + sound.seconds
    return began_before and (pause.resumed_at is None or pause.resumed_at > sound.recorded_at)


def _recording(sound: Recording, segment: Segment | None, pauses: list[RecordingPause]) -> RecordingTold:
    begun = sound.recorded_at
    return shaped(
        RecordingTold,
        sound,
        pauses=[
            PauseTold(
                since=max(0.0, one.paused_at - begun),
                until=None if one.resumed_at is None else one.resumed_at - begun,
                by=one.paused_by,
                reason=one.reason,
                resumed_by=one.resumed_by,
            )
            for one in pauses
        ],
        voices=_voices(segment.voices if segment else None, sound.seconds),
    )


def _voices(heard: dict[str, Any] | None, seconds: float) -> VoicesTold | None:
    if heard is None or "caller" not in heard:
        return None
    apart = [(since, seconds if until is None else until) for since, until in heard.get("apart", ())]
    caller, agent = outside(heard["caller"], apart), outside(heard["agent"], apart)
    talked = together(apart, seconds)
    if talked <= 0:
        return None
    found = shares(caller, agent, seconds, of_seconds=talked)
    return VoicesTold(
        caller=caller,
        agent=agent,
        caller_share=found.caller,
        agent_share=found.agent,
        both_share=found.both,
        silence_share=found.silence,
    )
