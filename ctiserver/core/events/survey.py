"""What the customer is asked after the talk, and what he answers."""

from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey, RecordingId


class SurveyOffered(ContactEvent):
    """The caller is asked whether he takes part: before he waits (`agent` None), when his agent has left, or by us."""

    survey: str
    version: str
    agent: AgentKey | None


class SurveyAccepted(ContactEvent):
    """He takes part; who waits for an agent is asked when that one has left."""

    survey: str


class SurveyDeclined(ContactEvent):
    """He would rather not."""

    survey: str


class SurveyBegun(ContactEvent):
    """He who takes part hears the first question; `agent` None: it is about no talk."""

    survey: str
    version: str
    agent: AgentKey | None


class SurveyAnswered(ContactEvent):
    """One answer: what was pressed and what it means on the scale `kind`; `measure`: what it is added up to."""

    survey: str
    question: str
    raw: str
    value: int
    kind: str = ""
    measure: str = ""


class SurveyCommented(ContactEvent):
    """What he says now is recorded as his answer."""

    survey: str
    question: str
    recording: RecordingId


class SurveyCommentKept(ContactEvent):
    """The recording of a comment is whole; its caller may be gone."""

    survey: str
    question: str
    recording: RecordingId
    seconds: float


class SurveyEnded(ContactEvent):
    """`complete`: every question was answered."""

    survey: str
    complete: bool
