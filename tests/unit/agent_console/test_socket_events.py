"""The document about Socket.IO events says what the table says, and the table names what is said."""

import ast
import inspect
from pathlib import Path

from event_list import event_list

from agent_console import sockets
from agent_console.socket_events import INCOMING, OUTGOING

_DOCUMENT = Path(__file__).parents[3] / "docs/events.md"


def test_the_document_is_the_one_that_the_table_gives() -> None:
    assert _DOCUMENT.read_text() == event_list()


def test_what_the_server_says_is_in_the_table_and_nothing_else_is() -> None:
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(sockets))) if isinstance(node, ast.Call)]
    said = {
        call.args[0].value
        for call in calls
        if ast.unparse(call.func) == "self._emit" and isinstance(call.args[0], ast.Constant)
    }
    assert said == {event.name for event in OUTGOING}


def test_what_one_may_say_has_a_rule() -> None:
    assert {event.name: event.permission for event in INCOMING} == {
        name: need for name, need in sockets.RULES.items() if name != "disconnect"
    }
