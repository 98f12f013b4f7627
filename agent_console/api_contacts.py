"""One contact as it was: the caller's way, waits, offers and why they were made, talks with their recordings.

A recording is heard in pieces as the browser asks for them; who heard it stands in the audit. An agent hears his own.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from flask import send_file
from werkzeug.wrappers import Response

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import customer_audit, interactions, recordings
from crm_core.interactions import Interaction, Offer, Segment
from crm_core.recordings import Recording, RecordingPause
from crm_core.talk_shares import shares
from crm_core.third_parties import ThirdParty
from ctiserver.core.errors import NotFound
from ctiserver.process import folders


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
    """Who spoke when, in seconds of the recording, and what part of it that was, 0 to 1.

    `both`: at once; `silence`: neither.
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
    """Who else was called: a colleague, or (`agent` None) a number outside. `heard_at`: the customer heard him."""

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


class AnswerTold(msgspec.Struct, kw_only=True):
    """What he said to one question of the survey."""

    question: str
    kind: str
    value: int
    answered_at: float


class ListenerTold(msgspec.Struct, kw_only=True):
    """Somebody listened to a talk."""

    at: float
    by: str
    segment: int


class ContactTold(msgspec.Struct, kw_only=True):
    """Everything that is kept of one contact. `acts`: `{"at", "act", "by", ...}`, what people did besides talking.

    `listeners` None: for those who may read the audit alone.
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


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "GET", "/contacts/{contact}", Permission.READ_INTERACTIONS, "One contact with all that happened in it"
    )
    def contact_whole(call: Call, contact: str) -> ContactTold:
        account = call.principal.account_id

        def read(session: Any) -> ContactTold:
            found = interactions.contact(session, account, contact)
            may_audit = Permission.READ_AUDIT in call.principal.permissions
            told = _told(
                found,
                {one.segment: one for one in recordings.of_contact(session, account, contact)},
                recordings.pauses(session, account, contact),
            )
            if may_audit:
                told.listeners = [
                    ListenerTold(at=one.at, by=one.by, segment=int(one.subject.rpartition("/")[2]))
                    for one in customer_audit.listeners(session, account, contact)
                ]
            return told

        return call.services.store.read(read)

    @add(
        "GET",
        "/contacts/{contact}/recordings/{segment}",
        Permission.HEAR_RECORDINGS,
        "The recording of one talk",
    )
    def recording(call: Call, contact: str, segment: str) -> Any:
        return _sound(call, contact, segment)

    @add(
        "GET", "/me/contacts/{contact}/recordings/{segment}", Permission.OWN_DESK, "The recording of my talk"
    )
    def my_recording(call: Call, contact: str, segment: str) -> Any:
        return _sound(call, contact, segment, of=call.principal.login)


def _sound(call: Call, contact: str, segment: str, of: str | None = None) -> Response:
    """The file, or the part of it that is asked for. Raises NotFound, also for a talk that is not `of` this agent."""
    who, config, now = call.principal, call.services.config, call.services.now()
    number = int(segment) if segment.isdecimal() else 0

    def find(session: Any) -> Recording:
        found = recordings.of_segment(session, who.account_id, contact, number)
        talk = session.get_one(Segment, (contact, number))
        if of not in (None, talk.agent):
            raise NotFound(f"contact {contact} has no talk of yours with this number")
        customer_audit.heard_recording(session, who.account_id, contact, number, by=who.login, at=now)
        return found

    found = call.services.store.write(find)
    kept = folders.kept_recording(config, found.name)
    written = folders.recordings_dir(config) / f"{found.name}.wav"
    file, content_type = (kept, "audio/ogg") if kept.exists() else (written, "audio/wav")
    if not file.is_file():
        raise NotFound("the file of this recording is gone")
    answer = send_file(file.absolute(), mimetype=content_type, conditional=True, etag=found.sha256 or False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _told(
    found: Interaction, by_segment: dict[int, Recording], pauses: Sequence[RecordingPause]
) -> ContactTold:
    return ContactTold(
        contact=found.id,
        channel=found.channel,
        customer_id=found.customer_id,
        customer=found.customer.display_name if found.customer else None,
        value_class=found.value_class,
        number=found.ani,
        did=found.did,
        flow=found.flow,
        dial_id=found.dial_id,
        arrived_at=found.arrived_at,
        queued_at=found.queued_at,
        connected_at=found.connected_at,
        ended_at=found.ended_at,
        wait_seconds=found.wait_seconds,
        outcome=found.outcome,
        ended_where=found.ended_where,
        ended_by=found.ended_by,
        reason=found.contact_reason or found.collected.get("reason"),
        path=found.menu_path,
        collected=found.collected,
        offers=[_offer(one, found.decisions, place) for place, one in enumerate(found.offers)],
        acts=found.acts,
        segments=[_segment(one, by_segment.get(one.ordinal), pauses) for one in found.segments],
        third_parties=[_third_party(one) for one in found.third_parties],
        survey=found.survey,
        answers=[
            AnswerTold(question=one.question, kind=one.kind, value=one.value, answered_at=one.answered_at)
            for one in found.answers
        ],
        listeners=None,
    )


def _offer(one: Offer, decisions: list[Any], place: int) -> OfferTold:
    return OfferTold(
        agent=one.agent,
        queue=one.queue,
        made_at=one.made_at,
        ringing_at=one.ringing_at,
        ended_at=one.ended_at,
        result=one.result,
        reason=one.reason,
        why=decisions[place] if place < len(decisions) else None,
    )


def _segment(one: Segment, sound: Recording | None, pauses: Sequence[RecordingPause]) -> SegmentTold:
    return SegmentTold(
        ordinal=one.ordinal,
        agent=one.agent,
        queue=one.queue,
        answered_at=one.answered_at,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
        talk_seconds=one.talk_seconds,
        wrap_up_seconds=one.wrap_up_seconds,
        disposition=one.disposition,
        note=one.note,
        form=msgspec.convert(one.form or [], list[FilledIn]),
        began=one.began,
        from_agent=one.from_agent,
        transfer=one.transfer,
        transferred_to_kind=one.transferred_to_kind,
        transferred_to=one.transferred_to,
        transfer_failed=one.transfer_failed,
        recording=_recording(sound, one, [it for it in pauses if it.segment == one.ordinal])
        if sound
        else None,
    )


def _recording(sound: Recording, segment: Segment, pauses: list[RecordingPause]) -> RecordingTold:
    begun = sound.recorded_at
    return RecordingTold(
        state=sound.state,
        seconds=sound.seconds,
        peaks=sound.peaks,
        sha256=sound.sha256,
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
        voices=_voices(segment.voices, sound.seconds),
    )


def _voices(spells: dict[str, Any] | None, seconds: float) -> VoicesTold | None:
    if spells is None or seconds <= 0:
        return None
    found = shares(spells["caller"], spells["agent"], seconds)
    return VoicesTold(
        caller=spells["caller"],
        agent=spells["agent"],
        caller_share=found.caller,
        agent_share=found.agent,
        both_share=found.both,
        silence_share=found.silence,
    )


def _third_party(one: ThirdParty) -> ThirdPartyTold:
    return ThirdPartyTold(
        asked_by=one.asked_by,
        agent=one.agent,
        number=one.number,
        called_at=one.called_at,
        answered_at=one.answered_at,
        heard_at=one.heard_at,
        ended_at=one.ended_at,
        outcome=one.outcome,
        reason=one.reason,
        consult_seconds=one.consult_seconds,
    )
