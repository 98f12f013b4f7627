"""One caller as the IVR sees him."""

from enum import StrEnum

import msgspec

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, LegId, LookUpId, PlaybackId, QueueKey, RecordingId


class Phase(StrEnum):
    """Where he is. While he waits or talks he is in the ACD's hands."""

    ARRIVING = "arriving"
    FLOW = "flow"
    WAITING = "waiting"
    TALKING = "talking"
    SURVEY = "survey"
    LEAVING = "leaving"


INVITATION = -1


class Session(msgspec.Struct, kw_only=True):
    """A call keeps the flow version that it began with, whatever is configured meanwhile. `outbound`: we called.

    `place` is his place in line while something else is being said; he hears it afterwards.
    `question` is the one being asked, from 0; `INVITATION` while he is asked whether he takes part. `typed` is the
    first key of an answer that may have two, `comment` the recording of one that is spoken. `takes_part` is what he
    said before he waited.
    """

    contact: ContactId
    account_id: int
    leg: LegId
    did: str
    pii_number: str
    flow: str
    flow_version: str
    language: str
    phase: Phase = Phase.ARRIVING
    node: str = ""
    attempts: int = 0
    playback: PlaybackId | None = None
    look_up: LookUpId | None = None
    candidates: tuple[Candidate, ...] = ()
    value_class: str = ""
    queue: QueueKey | None = None
    place: int | None = None
    agent: AgentKey | None = None
    outbound: bool = False
    survey: str = ""
    survey_version: str = ""
    question: int = INVITATION
    typed: str = ""
    comment: RecordingId | None = None
    takes_part: bool | None = None
