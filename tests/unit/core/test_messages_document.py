from pathlib import Path

from message_list import concrete, message_list

from ctiserver.core import commands, events, inputs, requests

DOCUMENT = Path(__file__).parents[3] / "docs" / "messages.md"


def test_the_list_of_messages_says_what_the_docstrings_say() -> None:
    """When it does not: PYTHONPATH=. python tests/unit/core/message_list.py > docs/messages.md"""
    assert DOCUMENT.read_text() == message_list()


def test_every_message_has_a_meaning_of_its_own() -> None:
    kinds = [kind for module in (requests, inputs, events, commands) for kind in concrete(module)]
    assert [kind.__name__ for kind in kinds if "__doc__" not in vars(kind) or not kind.__doc__] == []
    assert len({kind.__doc__ for kind in kinds}) == len(kinds)
