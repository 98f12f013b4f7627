"""One caller as the IVR sees him."""

from enum import StrEnum
from typing import Literal

import msgspec

from ctiserver.core.customers import Candidate, Level, Matter
from ctiserver.core.ids import (
    ActionId,
    AgentKey,
    ContactId,
    LegId,
    ListeningId,
    LookUpId,
    PlaybackId,
    QueueKey,
    RecordingId,
    SecretId,
)
from ctiserver.core.tables import InsteadOfWaiting


class Phase(StrEnum):
    """Where he is. While he waits or talks he is in the ACD's hands; a message is spoken in place of waiting."""

    ARRIVING = "arriving"
    FLOW = "flow"
    INVITED = "invited"
    WAITING = "waiting"
    TALKING = "talking"
    SURVEY = "survey"
    LEAVING = "leaving"
    MESSAGE = "message"


INVITATION = -1


class Session(msgspec.Struct, kw_only=True):
    """A call keeps the flow version that it began with, whatever is configured meanwhile. `outbound`: we called.

    `place` is his place in line while something else is being said; he hears it afterwards.
    `notice`: whether he was told that he is recorded.
    `question` is the one being asked, from 0; `INVITATION` while he is asked whether he takes part. `typed` is the
    first key of an answer that may have two, `comment` the recording of one that is spoken. `takes_part` is what he
    said before he waited.
    `values` is what is known of him by name; `asked` names those that he was asked for in this call. `keys` and `step`
    are what he has typed and how far he came at the node that he is at; `escaped`: his last key was the star that lets
    the next one lead away; `misheard`: how often we did not understand what he said. `wanted` is the node that he gets
    to once he is identified. `matters` is what he may be calling about, until that was guessed; `guessing` the node
    that has offered him to go to `guess_node`, as long as its key counts. `announced` are the announcements that he was
    told, `announcing` those of them that he hears now, `of_his_area` those that concern where he lives; `urgent`: he is
    on the way to an emergency. `choices_told_at`: when he last heard what he may do instead of waiting. `wait` is the
    range that he hears with his place; `deflected`: there is no room for him, and `instead` is what he is offered;
    `message_queue`: whose agents his message is for; `spoke`: he has made a sound since its beep.
    `passed_on_by`: the agent who sent him through this flow, who takes him back if it leads nowhere.
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
    keys: str = ""
    step: str = ""
    escaped: bool = False
    action: ActionId | None = None
    secret: SecretId | None = None
    listening: ListeningId | None = None
    misheard: int = 0
    recording: RecordingId | None = None
    values: dict[str, str] = {}
    asked: list[str] = []
    level: Level = "none"
    customer_id: int | None = None
    language_known: bool = False
    wanted: str = ""
    time_zone: str = "America/Santiago"
    playback: PlaybackId | None = None
    look_up: LookUpId | None = None
    candidates: tuple[Candidate, ...] = ()
    value_class: str = ""
    queue: QueueKey | None = None
    place: int | None = None
    notice: Literal["", "due", "saying", "said"] = ""
    agent: AgentKey | None = None
    outbound: bool = False
    survey: str = ""
    survey_version: str = ""
    question: int = INVITATION
    typed: str = ""
    comment: RecordingId | None = None
    takes_part: bool | None = None
    matters: tuple[Matter, ...] = ()
    guessing: str = ""
    guess_node: str = ""
    announced: list[int] = []
    announcing: list[int] = []
    of_his_area: tuple[int, ...] = ()
    urgent: bool = False
    choices_told_at: float | None = None
    wait: tuple[float, float] | None = None
    deflected: bool = False
    instead: tuple[InsteadOfWaiting, ...] = ()
    message_queue: QueueKey | None = None
    passed_on_by: AgentKey | None = None
    spoke: bool = False
