"""How requests and answers travel between processes (msgpack); bodies are opaque."""

import msgspec

from ctiserver.bus.port import NoAnswer
from ctiserver.core.errors import CtiError, Refusal


class Question(msgspec.Struct, frozen=True, array_like=True):
    """A request and the channel on which its asker listens."""

    request_id: str
    reply_channel: str
    body: bytes


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """A body, or why there is none; `error_id` is None unless the server refused."""

    request_id: str
    body: bytes | None
    error_id: str | None = None
    message: str = ""

    def body_or_raise(self) -> bytes:
        """The body. Raises Refusal, or NoAnswer when the server failed."""
        if self.body is not None:
            return self.body
        raise NoAnswer(self.message) if self.error_id is None else Refusal(self.error_id, self.message)


encode_question = msgspec.msgpack.Encoder().encode
decode_question = msgspec.msgpack.Decoder(Question).decode
decode_answer = msgspec.msgpack.Decoder(Answer).decode


def encode_answer(request_id: str, result: bytes | CtiError) -> bytes:
    """The bytes of an answer."""
    match result:
        case bytes():
            reply = Answer(request_id, result)
        case Refusal():
            reply = Answer(request_id, None, result.error_id, str(result))
        case _:
            reply = Answer(request_id, None, None, str(result))
    return msgspec.msgpack.encode(reply)
