"""Configuration as the engines see it: plain tables that arrive whole in ConfigurationApplied."""

from typing import Any, Literal

from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.message import Frozen
from ctiserver.core.outside import Outside

Periods = tuple[tuple[int, int], ...]
"""Parts of a day, from and to (exclusive), in minutes since local midnight."""


Tells = Literal["place", "wait", "both", "none"]
InsteadOfWaiting = Literal["call_back", "message"]


class Hours(Frozen):
    """When a queue serves. `week`: seven days from Monday on; `days`: by "YYYY-MM-DD", outweigh the week."""

    time_zone: str
    week: tuple[Periods, ...]
    days: dict[str, Periods] = {}


class Relaxation(Frozen):
    """Who else may serve a contact that has waited for so long: by which levels of skill, and whose agents.

    `requires` stands for the queue's own; `also_agents_of`: other queues whose agents help out, as their last choice.
    """

    after_seconds: float
    requires: dict[str, int] = {}
    also_agents_of: tuple[QueueKey, ...] = ()


class Queue(Frozen):
    """Where contacts wait. `requires`: skill to least level, 0-100; `time_zone`: whose midnight ends its day;
    `hours` None: always open; `caller_number` "": calls on its behalf show the usual one. `head_start_seconds` and
    `slope` by value class; past `ceiling_seconds` a contact goes before all others, None: never. `leave_free`: free
    agents that a contact of the class must leave to the other classes; `relaxations` in the order of their times.
    `minute_seconds`: of an agent's short pause; `tells_supervised`: he sees who listens.
    `record`: always; `record_on_demand`: where not, as the agent says; `announce_recording`: callers are told;
    `record_consults`: what agents say to whom they consult, too.

    Who waits may ask to be called back with `call_back_key`, or leave a message with `message_key`, None: not here; he
    is told of it with his place, not more often than every `choices_every_seconds`. `tells`: what he hears of his wait.

    At most `most_waiting` wait, and nobody for longer than `longest_wait_seconds` (None: no limit). Beyond that he goes
    on to `overflow_queue` where there is room, is offered what `full_offers` names, or is asked to call again.
    """

    key: QueueKey
    account_id: int = 1
    requires: dict[str, int] = {}
    head_start_seconds: dict[str, float] = {}
    time_zone: str = "UTC"
    service_level_seconds: float = 20.0
    short_abandon_seconds: float = 5.0
    ring_seconds: float = 15.0
    wrap_up_seconds: float = 120.0
    announce_after_seconds: float = 4.0
    announce_every_seconds: float = 30.0
    survey: str | None = None
    survey_percent: int = 100
    record: bool = True
    emergency: bool = False
    hours: Hours | None = None
    caller_number: str = ""
    slope: dict[str, float] = {}
    ceiling_seconds: float | None = None
    leave_free: dict[str, int] = {}
    relaxations: tuple[Relaxation, ...] = ()
    minute_seconds: float = 60.0
    tells_supervised: bool = False
    record_on_demand: bool = False
    announce_recording: bool = False
    wrap_up_extensions: int = 2
    wrap_up_extension_seconds: float = 60.0
    call_back_key: str | None = None
    choices_every_seconds: float = 60.0
    message_key: str | None = None
    tells: Tells = "place"
    most_waiting: int | None = None
    longest_wait_seconds: float | None = None
    overflow_queue: QueueKey | None = None
    full_offers: tuple[InsteadOfWaiting, ...] = ()
    record_consults: bool = False


class Agent(Frozen):
    """Who serves. `queues`: preference by queue, lower first; `endpoint`: his phone in the switch's terms;
    `browser_phone`: it is the console's page, which comes and goes."""

    key: AgentKey
    account_id: int = 1
    name: str = ""
    extension: str = ""
    endpoint: str = ""
    browser_phone: bool = False
    skills: dict[str, int] = {}
    queues: dict[QueueKey, int] = {}
    roles: tuple[str, ...] = ()


class Disposition(Frozen):
    """How a contact may end in an agent's words. `queue` None: in every queue of the account."""

    code: str
    account_id: int = 1
    queue: QueueKey | None = None
    needs_note: bool = False
    asks_call_back: bool = False


class WrapUpField(Frozen):
    """What an agent fills in after a contact. `queue` None: in every queue of the account.

    `choices`: keys, of a choice; without a `required` one the wrap-up does not end.
    """

    key: str
    account_id: int = 1
    queue: QueueKey | None = None
    type: Literal["text", "number", "date", "choice"] = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


class ContactReason(Frozen):
    """What a contact was about. `guessed_by`: what a caller told the flow, `name=value`."""

    key: str
    account_id: int = 1
    parent: str | None = None
    guessed_by: tuple[str, ...] = ()


class PauseReason(Frozen):
    """Why an agent takes no contacts."""

    key: str
    account_id: int = 1


class Number(Frozen):
    """What a number that was dialled leads to. `emergency`: whoever dials it needs no key to say so.

    `time_zone`: whose today a caller is told of.
    """

    did: str
    flow: str
    language: str = "es"
    time_zone: str = "America/Santiago"
    account_id: int = 1
    emergency: bool = False


class Document(Frozen):
    """A flow or a survey as checked and parsed; `version` is the hash of its text."""

    version: str
    content: dict[str, Any]


class Announcement(Frozen):
    """What callers are told before anything else while it is switched on; `says`: as in Play.

    `queues`: whoever comes to one of them hears it; `areas`: whoever is known to live in one of them. Both (): every
    caller of the account. `from_at`, `until_at`: epoch seconds, None: no such end.
    """

    id: int
    account_id: int = 1
    says: tuple[str, ...]
    queues: tuple[QueueKey, ...] = ()
    areas: tuple[str, ...] = ()
    from_at: float | None = None
    until_at: float | None = None


class Timing(Frozen):
    """Durations that hold for all calls, in seconds."""

    look_up_deadline_seconds: float = 0.8
    waiting_fuse_seconds: float = 60.0
    fuse_refresh_seconds: float = 20.0
    talk_fuse_seconds: float = 14_400.0
    short_talk_seconds: float = 2.0
    away_seconds: float = 20.0
    named_wait_seconds: float = 20.0
    recording_pause_seconds: float = 300.0


class Dialing(Frozen):
    """How customers are called; `trunk` "": they are not; `then_trunks`: tried where it takes no call. `at_once`:
    scheduled dials under way, at most.

    `pause_seconds`: the first pause before another attempt, by result, where it is not the usual one. `clicks_only`:
    only a person's click dials. `lines`, `caller_lines`: at once through the trunk, or with one caller number, and new
    ones a second, everything counted; None: no limit.
    """

    trunk: str = ""
    then_trunks: tuple[str, ...] = ()
    caller_number: str = ""
    at_once: int = 4
    ring_seconds: float = 25.0
    look_every_seconds: float = 5.0
    pause_seconds: dict[str, float] = {}
    clicks_only: bool = False
    lines: int | None = None
    lines_per_second: int | None = None
    caller_lines: int | None = None
    caller_lines_per_second: int | None = None


class Campaign(Frozen):
    """Whom agents call about one thing; `running` False: nobody is dialled just now, but who answers is served.

    `window_seconds`, `tolerance_seconds`, `abandon_limit`: see `dialer.pacing_ledger`. `hours` None: whenever the law
    lets it; `preview_seconds` None: only a click dials. `pause_seconds` as in Dialing; `caller_number` "": Dialing's.
    """

    id: int
    key: str
    account_id: int = 1
    running: bool = False
    mode: Literal["manual", "preview", "progressive", "predictive"] = "preview"
    queue: QueueKey
    hours: Hours | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    weight: float = 1.0
    caller_number: str = ""
    lines_at_once: int | None = None
    lines_per_second: int | None = None
    ring_seconds: float = 25.0
    attempts_at_most: int = 3
    pause_seconds: dict[str, float] = {}
    abandon_limit: float = 0.03
    window_seconds: float = 30 * 86_400.0
    tolerance_seconds: float = 2.0
    message_flow: str = ""
    preview_seconds: float | None = None
    detect_machines: bool = False
    machine_flow: str | None = None


class Tables(Frozen):
    """Everything at once, so that no engine ever sees half a change. `spoken_languages`: those that are recognised."""

    queues: tuple[Queue, ...] = ()
    agents: tuple[Agent, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    contact_reasons: tuple[ContactReason, ...] = ()
    pause_reasons: tuple[PauseReason, ...] = ()
    numbers: tuple[Number, ...] = ()
    flows: dict[str, Document] = {}
    surveys: dict[str, Document] = {}
    unknown_class: str = "C"
    spoken_languages: tuple[str, ...] = ()
    timing: Timing = Timing()
    dialing: Dialing = Dialing()
    campaigns: tuple[Campaign, ...] = ()
    outside: Outside = Outside()
    announcements: tuple[Announcement, ...] = ()
    wrap_up_fields: tuple[WrapUpField, ...] = ()
