"""The center as a whole: its tables, its switch, its journal, and the answers to requests."""

from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.message import Event, Frozen


class QueueBrief(Frozen):
    """What a screen needs to know of a queue."""

    key: QueueKey
    account_id: int
    service_level_seconds: float
    short_abandon_seconds: float = 5.0
    time_zone: str = "UTC"


class AgentBrief(Frozen):
    """What a screen needs to know of an agent."""

    key: AgentKey
    account_id: int
    name: str
    queues: tuple[QueueKey, ...]


class ConfigurationChanged(Event):
    """New tables are in force; the queues and agents that there are now."""

    version: str
    queues: tuple[QueueBrief, ...]
    agents: tuple[AgentBrief, ...]


class SwitchStateChanged(Event):
    """Whether Asterisk is in reach."""

    up: bool


class RequestAnswered(Event):
    """The one answer to a request; `error_id` "" means accepted."""

    request_id: str
    error_id: str = ""
    message: str = ""


class JournalStateChanged(Event):
    """Whether the journal is being written; told to screens only, since a full disk cannot be journaled."""

    ok: bool
