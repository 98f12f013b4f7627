"""A caller's walk through his flow.

Keys that belong to the whole flow come first: emergency, a person, repeat. A key stops the prompt. Who knows the way
types ahead: a key pressed during an announcement counts for the menu behind it, which is then not read out. Wrong keys
and silences are counted together, per node; a caller who fails too often goes where the node says, a person as a rule.
A flow that leads to a queue that there is no more (a call keeps the flow it began with) leaves the caller to the
dialplan's fallback queue.
"""

from ctiserver.core.events import ContactQueued, LanguageChosen, NodeEntered, ValueCollected
from ctiserver.core.hours import is_open
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.flow import Enqueue, Flow, HangUp, Language, Menu, Node, Say, Shortcut
from ivr.session_state import Phase, Session
from ivr.speak import hush, leave_to_fallback, play, say_goodbye, stop_waiting, wait_for_key


def begin(desk: Desk, session: Session, turn: Turn, *, emergency: bool) -> None:
    """Take the first step; on an emergency line as if the emergency key, where there is one, was pressed."""
    flow = desk.flow(session)
    enter(desk, session, flow.emergency.node if emergency and flow.emergency else flow.start, turn)


def enter(desk: Desk, session: Session, name: str, turn: Turn) -> None:
    """Go to a node and do what it says."""
    node = _reach(desk, session, name, turn)
    match node:
        case Say() | Menu():
            play(desk, session, node.prompts, turn)
        case Language():
            enter(desk, session, node.next, turn)
        case Enqueue():
            _hand_over(desk, session, node, turn)
        case HangUp():
            say_goodbye(desk, session, node.prompts, turn)


def _reach(desk: Desk, session: Session, name: str, turn: Turn) -> Node:
    """Be at a node, with all that counts even for somebody who hears nothing of it."""
    node = desk.flow(session).nodes[name]
    session.node, session.attempts = name, 0
    kind = str(node.__struct_config__.tag)
    turn.say(NodeEntered(at=turn.at, contact=session.contact, node=name, kind=kind, label=node.label))
    for key, value in node.collect.items():
        turn.say(ValueCollected(at=turn.at, contact=session.contact, key=key, value=value))
    if isinstance(node, Language):
        session.language = node.language
        turn.say(LanguageChosen(at=turn.at, contact=session.contact, language=node.language))
    return node


def _hand_over(desk: Desk, session: Session, node: Enqueue, turn: Turn) -> None:
    hush(desk, session, turn)
    if not desk.has_queue(node.queue):
        leave_to_fallback(session.leg, turn)
        return
    if node.closed and not _is_open(desk, session, node, turn):
        enter(desk, session, node.closed, turn)
        return
    session.phase, session.queue, session.place = Phase.WAITING, node.queue, None
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


def _is_open(desk: Desk, session: Session, node: Enqueue, turn: Turn) -> bool:
    """An emergency queue never closes, whatever hours it was given."""
    queue = next(queue for queue in desk.tables.queues if queue.key == node.queue)
    return queue.emergency or is_open(queue.hours, turn.at)


def queued(desk: Desk, session: Session, turn: Turn) -> None:
    """He has his place, and hears music: now he can be told something without being kept from it.

    Asterisk moves nobody into a conversation while a prompt plays to him alone; it would wait for its end.
    """
    node = desk.flow(session).nodes[session.node]
    if isinstance(node, Enqueue) and node.prompts:
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
    node = _menu_ahead(desk, session, flow, turn)
    if node is None:
        return
    if digit == flow.repeat_key:
        play(desk, session, node.prompts, turn)
    elif digit in node.keys:
        enter(desk, session, node.keys[digit], turn)
    else:
        _failed(desk, session, node, node.invalid, turn)


def _menu_ahead(desk: Desk, session: Session, flow: Flow, turn: Turn) -> Menu | None:
    """The menu that a key is for: the one he is in, or the one that the announcement he hears leads to."""
    way = flow.straight_on(session.node)
    menu = flow.nodes[way[-1]]
    if not isinstance(menu, Menu):
        return None
    for name in way[1:]:
        hush(desk, session, turn)
        _reach(desk, session, name, turn)
    return menu


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


def tell_place(desk: Desk, session: Session, place: int, turn: Turn) -> None:
    """Say the place in line, or keep it until what is being said is over."""
    if session.phase is not Phase.WAITING:
        return
    session.place = place if session.playback else None
    if session.place is None:
        play(desk, session, (f"place:{place}",), turn)
