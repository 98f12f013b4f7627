"""Every message class there and back (`ctiserver/core/wire.py`)."""

import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctiserver.core import commands, events, inputs, requests
from ctiserver.core.message import Command, Event, Frozen, Input, Message
from ctiserver.core.tables import Document
from ctiserver.core.wire import decode_command, decode_event, decode_input, encode

FINITE = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-(2**53), 2**53)
TEXT = st.text(st.characters(exclude_categories=("Cs",)))
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def classes(root: type[Message]) -> list[type[Message]]:
    """Every class of a family that the vocabulary defines, itself excluded."""
    found = [
        value
        for module in (commands, events, inputs, requests)
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, root)
        and value.__module__.startswith(module.__name__)
    ]
    return sorted(found, key=lambda kind: kind.__name__)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if kind in (float, int, str):
        return {float: FINITE, int: WHOLE, str: TEXT}[kind]
    if isinstance(kind, typing.NewType):
        return values(kind.__supertype__)
    if isinstance(kind, type) and issubclass(kind, Frozen):
        return messages(kind)
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple and inside[-1] is not Ellipsis:
        return st.tuples(*map(values, inside))
    if origin is tuple:
        return st.lists(values(inside[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(values(inside[0]), values(inside[1]), max_size=3)
    if origin is not None and origin is not typing.Literal:
        return st.one_of(*map(values, inside))
    return st.from_type(kind)


def messages(kind: Any) -> st.SearchStrategy[Any]:
    """Messages or values of a class, each field of it drawn."""
    if kind is Document:
        return st.builds(Document, version=TEXT, content=st.dictionaries(TEXT, JSON, max_size=3))
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{name: values(hints[name]) for name in kind.__struct_fields__})


@pytest.mark.parametrize(
    ("kind", "decode"),
    [
        *((kind, decode_input) for kind in classes(Input)),
        *((kind, decode_event) for kind in classes(Event)),
        *((kind, decode_command) for kind in classes(Command)),
    ],
)
def test_every_message_comes_back_as_it_went(kind: Any, decode: Any) -> None:
    @settings(max_examples=8, deadline=None)
    @given(messages(kind))
    def there_and_back(message: Message) -> None:
        body = encode(message)
        assert decode(body) == message
        assert b"\n" not in body

    there_and_back()


def test_the_type_is_the_name_of_the_class() -> None:
    event = events.SwitchStateChanged(at=1.0, up=True)
    assert encode(event) == b'{"type":"SwitchStateChanged","at":1.0,"up":true}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"NoSuchThing","at":1.0}',
        b'{"type":"SwitchStateChanged","at":1.0}',
        b'{"type":"SwitchStateChanged","at":1.0,"up":"yes"}',
        b'{"type":"SwitchUp","at":1.0,"session":"an input, no event"}',
        b'{"at":1.0,"up":true}',
        b"[]",
    ],
)
def test_what_is_no_event_is_an_error(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_event(body)
