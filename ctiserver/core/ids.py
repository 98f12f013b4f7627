"""Names of things.

An entry of the journal is named `<installation>-<switch>-<epoch>-<base32 of seq>`; what it makes is that
name and a number. The epoch is that of the entry, so that replay gives the same names. Opaque everywhere
but here.
"""

from typing import NewType

ContactId = NewType("ContactId", str)
LegId = NewType("LegId", str)
ConversationId = NewType("ConversationId", str)
PlaybackId = NewType("PlaybackId", str)
RecordingId = NewType("RecordingId", str)
LookUpId = NewType("LookUpId", str)
ListeningId = NewType("ListeningId", str)
TimerId = NewType("TimerId", str)
ActionId = NewType("ActionId", str)
SecretId = NewType("SecretId", str)
AgentKey = NewType("AgentKey", str)
QueueKey = NewType("QueueKey", str)

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def base32(number: int) -> str:
    """`number` (0 or more) in Crockford's alphabet, lower case."""
    text = ""
    while number:
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text or "0"


def ordinal(number: int) -> str:
    """`number` (from 1) so that none is the beginning of another: 9, a10, b100.

    Asterisk 22 takes a channel's id for one in use when a living channel's id begins with it.
    """
    text = str(number)
    return text if len(text) == 1 else f"{_LENGTHS[len(text) - 2]}{text}"


_LENGTHS = "abcdefghij"


def entry_name(prefix: str, epoch: int, seq: int) -> str:
    """The name of one journal entry; `prefix` is `<installation>-<switch>`."""
    return f"{prefix}-{epoch}-{base32(seq)}"
