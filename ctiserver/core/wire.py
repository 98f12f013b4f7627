"""Messages as JSON and back. `type` is the class name; an unknown type or a wrong field is an error."""

from typing import Any, TypeVar, Union

import msgspec

from ctiserver.core import commands, events, inputs, requests
from ctiserver.core.message import Command, Event, Input, Message
from ctiserver.core.requests import Request

_MODULES = (commands, events, inputs, requests)


_M = TypeVar("_M", bound=Message)


def _family(root: type[_M]) -> tuple[type[_M], ...]:
    found = [
        value
        for module in _MODULES
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, root)
        and value.__module__.startswith(module.__name__)
    ]
    return tuple(found)


def _decoder(root: type[Message]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(Union[_family(root)])  # noqa: UP007 - built at run time


_encoder = msgspec.json.Encoder()
_inputs, _events, _commands = _decoder(Input), _decoder(Event), _decoder(Command)


def request_types() -> dict[str, type[Request]]:
    """Every request by its name."""
    return {kind.__name__: kind for kind in _family(Request) if kind is not Request}


def encode(message: Message) -> bytes:
    """One JSON document without a newline."""
    return _encoder.encode(message)


def decode_input(body: bytes) -> Input:
    """An input or a request. Raises msgspec.ValidationError."""
    decoded: Input = _inputs.decode(body)
    return decoded


def decode_event(body: bytes) -> Event:
    """An event. Raises msgspec.ValidationError."""
    decoded: Event = _events.decode(body)
    return decoded


def decode_command(body: bytes) -> Command:
    """A command. Raises msgspec.ValidationError."""
    decoded: Command = _commands.decode(body)
    return decoded
