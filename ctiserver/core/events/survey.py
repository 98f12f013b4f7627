"""What the customer is asked after the talk, and what he answers."""

from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey


class SurveyOffered(ContactEvent):
    """The caller who stayed is asked."""

    survey: str
    version: str
    agent: AgentKey | None


class SurveyDeclined(ContactEvent):
    """He would rather not."""

    survey: str


class SurveyAnswered(ContactEvent):
    """One answer: the key pressed and what it means."""

    survey: str
    question: str
    raw: str
    value: int


class SurveyEnded(ContactEvent):
    """`complete`: every question was answered."""

    survey: str
    complete: bool
