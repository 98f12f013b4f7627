"""What every request has, and what an agent may choose to be."""

from enum import StrEnum

from ctiserver.core.message import Input


class Status(StrEnum):
    """What an agent chose to be."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    PAUSE = "pause"


class Request(Input):
    """`by` names who asks: an agent's key, a user, a program."""

    request_id: str
    by: str
