"""A caller's walk through his flow.

Keys that belong to the whole flow come first: emergency, a person, repeat. A key stops the prompt. Wrong keys and
silences are counted together, per node; a caller who fails too often goes where the node says, a person as a rule.
A flow that leads to a queue that there is no more (a call keeps the flow it began with) leaves the caller to the
dialplan's fallback queue.
"""

from ctiserver.core.events import ContactQueued, LanguageChosen, NodeEntered, ValueCollected
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.flow import Enqueue, Flow, HangUp, Language, Menu, Node, Say, Shortcut
from ivr.session_state import Phase, Session
from ivr.speak import hush, leave_to_fallback, play, say_goodbye, stop_waiting, wait_for_key


def enter(desk: Desk, session: Session, name: str, turn: Turn) -> None:
    """Go to a node and do what it says."""
    flow = desk.flow(session)
    node = flow.nodes[name]
    session.node, session.attempts = name, 0
    kind = str(node.__struct_config__.tag)
    turn.say(NodeEntered(at=turn.at, contact=session.contact, node=name, kind=kind))
    for key, value in node.collect.items():
        turn.say(ValueCollected(at=turn.at, contact=session.contact, key=key, value=value))
    _do(desk, session, node, turn)


def _do(desk: Desk, session: Session, node: Node, turn: Turn) -> None:
    match node:
        case Say() | Menu():
            play(desk, session, node.prompts, turn)
        case Language():
            session.language = node.language
            turn.say(LanguageChosen(at=turn.at, contact=session.contact, language=node.language))
            enter(desk, session, node.next, turn)
        case Enqueue():
            _hand_over(desk, session, node, turn)
        case HangUp():
            say_goodbye(desk, session, node.prompts, turn)


def _hand_over(desk: Desk, session: Session, node: Enqueue, turn: Turn) -> None:
    hush(desk, session, turn)
    if not desk.has_queue(node.queue):
        leave_to_fallback(session.leg, turn)
        return
    session.phase, session.queue = Phase.WAITING, node.queue
    turn.say(
        ContactQueued(
            at=turn.at,
            contact=session.contact,
            account_id=session.account_id,
            leg=session.leg,
            queue=node.queue,
            value_class=session.value_class or desk.tables.unknown_class,
            language=session.language,
            pii_number=session.pii_number,
            pii_name=session.candidates[0].pii_name if session.candidates else "",
        )
    )
    if node.prompts:
        play(desk, session, node.prompts, turn)


def prompt_over(desk: Desk, session: Session, turn: Turn) -> None:
    """What was to be said in the flow is said, or could not be."""
    node = desk.flow(session).nodes[session.node]
    match node:
        case Say():
            enter(desk, session, node.next, turn)
        case Menu():
            wait_for_key(session, node.timeout_seconds, turn)
        case _:
            pass


def pressed(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """A key, at any moment of the flow."""
    flow = desk.flow(session)
    stop_waiting(session, turn)
    for shortcut in flow.shortcuts():
        if shortcut.key == digit:
            _take(desk, session, flow, shortcut, turn)
            return
    node = flow.nodes[session.node]
    if not isinstance(node, Menu):
        return
    if digit == flow.repeat_key:
        play(desk, session, node.prompts, turn)
    elif digit in node.keys:
        enter(desk, session, node.keys[digit], turn)
    else:
        _failed(desk, session, node, node.invalid, turn)


def _take(desk: Desk, session: Session, flow: Flow, shortcut: Shortcut, turn: Turn) -> None:
    """Who presses the key again on the way does not start over."""
    if session.node not in flow.straight_on(shortcut.node):
        enter(desk, session, shortcut.node, turn)


def silent(desk: Desk, session: Session, turn: Turn) -> None:
    """No key for too long."""
    node = desk.flow(session).nodes[session.node]
    if isinstance(node, Menu):
        _failed(desk, session, node, node.silence, turn)


def _failed(desk: Desk, session: Session, node: Menu, excuse: str, turn: Turn) -> None:
    session.attempts += 1
    if session.attempts >= node.attempts:
        enter(desk, session, node.on_failure, turn)
    else:
        play(desk, session, (excuse, *node.prompts), turn)


def pressed_while_waiting(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """Only the emergency key counts while somebody waits; it moves him to the emergency queue at once."""
    flow = desk.flow(session)
    if flow.emergency is None or flow.emergency.key != digit:
        return
    name = flow.straight_on(flow.emergency.node)[-1]
    node = flow.nodes[name]
    if isinstance(node, Enqueue) and node.queue != session.queue and desk.has_queue(node.queue):
        enter(desk, session, name, turn)
