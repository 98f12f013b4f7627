"""A caller's walk through his flow.

Keys that belong to the whole flow come first: emergency, a person, repeat. A key stops the prompt. Who knows the way
types ahead: a key pressed during an announcement counts for what is asked behind it, which is then not read out.
While an answer of several keys is typed, all keys are part of it: a key of the whole flow then takes a star before it,
or stands alone where one key is no answer. A node that needs to know who calls sends him to the node that finds out.
A flow that leads to a queue that there is no more (a call keeps the flow it began with) leaves the caller to the
dialplan's fallback queue.
"""

from ctiserver.core.customers import reaches
from ctiserver.core.events import NodeEntered, ValueCollected
from ctiserver.core.turn import Turn
from ivr import announcing, invitation, waiting_choices
from ivr.caller import Caller
from ivr.desk import Desk
from ivr.documents import parsed
from ivr.flow import Enqueue, Flow, Guess, Language, Node, Shortcut
from ivr.nodes.base import GO_BACK
from ivr.nodes.identity import stop_listening
from ivr.nodes.leaving_word import stop_recording
from ivr.session_state import Phase, Session
from ivr.speak import hush

_ESCAPE = "*"
_END_KEY = "#"
_ESCAPE_SECONDS = 3.0


def begin(desk: Desk, session: Session, turn: Turn, *, emergency: bool) -> None:
    """Take the first step; on an emergency line with a flow for everything as if its emergency key was pressed."""
    flow = _flow(desk, session)
    straight = emergency and flow.emergency is not None and not flow.is_emergency
    enter(desk, session, flow.emergency.node if straight and flow.emergency else flow.start, turn)


def enter(desk: Desk, session: Session, name: str, turn: Turn) -> None:
    """Go to a node and do what it says."""
    _follow(Caller(desk, session, turn), name)


def _flow(desk: Desk, session: Session) -> Flow:
    return parsed(desk.flow_document(session), Flow)


def _here(desk: Desk, session: Session) -> Node:
    return _flow(desk, session).nodes[session.node]


def _follow(caller: Caller, name: str | None) -> None:
    """Go on until a node waits for something."""
    while name is not None:
        name = _reach(caller, _admitted(caller, name)).enter(caller)


def _admitted(caller: Caller, name: str) -> str:
    """The node itself, or the one that first finds out who calls."""
    session = caller.session
    if name == GO_BACK:
        name, session.wanted = session.wanted, ""
    flow = _flow(caller.desk, session)
    if reaches(session.level, flow.nodes[name].needs) or flow.identify is None:
        return name
    session.wanted = name
    return flow.identify


def _reach(caller: Caller, name: str) -> Node:
    """Be at a node, with all that counts even for somebody who hears nothing of it."""
    desk, session, turn = caller.desk, caller.session, caller.turn
    flow = _flow(desk, session)
    node = flow.nodes[name]
    _leave(caller)
    _forget_guess(flow, session, name)
    session.node, session.urgent = name, flow.is_urgent(name)
    kind = str(node.__struct_config__.tag)
    turn.say(NodeEntered(at=turn.at, contact=session.contact, node=name, kind=kind, label=node.label))
    for key, value in node.collect.items():
        session.values[key] = value
        turn.say(ValueCollected(at=turn.at, contact=session.contact, key=key, value=value))
    if isinstance(node, Language):
        node.choose(caller)
    return node


def _leave(caller: Caller) -> None:
    """Forget what he had begun at a node; an action that still runs is waited for no more."""
    session = caller.session
    session.attempts, session.keys, session.step, session.escaped, session.action = 0, "", "", False, None
    stop_listening(caller)
    stop_recording(caller)
    caller.stop_recognising()


def _forget_guess(flow: Flow, session: Session, name: str) -> None:
    """What was offered counts at its node and at what follows straight behind it."""
    node = flow.nodes.get(session.guessing)
    if not isinstance(node, Guess) or name not in flow.straight_on(node.next):
        session.guessing = ""


def queued(desk: Desk, session: Session, turn: Turn) -> None:
    """He has his place in a queue."""
    session.passed_on_by, session.deflected = None, False
    if not session.flow:
        return  # a campaign called him, and nothing is said to him
    node = _here(desk, session)
    if isinstance(node, Enqueue):
        node.has_place(Caller(desk, session, turn))


def prompt_over(desk: Desk, session: Session, turn: Turn) -> None:
    """What was to be said in the flow is said, or could not be."""
    caller = Caller(desk, session, turn)
    _follow(caller, _here(desk, session).said(caller))


def pressed(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """A key, at any moment of the flow."""
    caller, flow, node = Caller(desk, session, turn), _flow(desk, session), _here(desk, session)
    caller.stop_recognising()
    collects = node.collects(session)
    if collects and digit == _ESCAPE and not session.keys and not session.escaped:
        session.escaped = True
        caller.hush()
        caller.wait(_ESCAPE_SECONDS)
        return
    shortcut = flow.shortcut(digit)
    leads_away = not collects or session.escaped or session.secret is not None
    if digit == _END_KEY and collects and (alone := _lone_shortcut(flow, node, session)):
        shortcut, leads_away = alone, True
    if shortcut and leads_away:
        caller.stop_waiting()
        _take(caller, flow, shortcut)
        return
    _to_who_waits(caller, flow, digit, repeat=digit == flow.repeat_key and leads_away)


def _to_who_waits(caller: Caller, flow: Flow, digit: str, *, repeat: bool) -> None:
    """Give the key to the node it is for: the one he is at, or the one that what he hears leads to."""
    node = _guess(flow, caller.session, digit) or _keys_ahead(caller, flow)
    if node is None:
        return
    caller.session.escaped = False
    _follow(caller, node.repeated(caller) if repeat else node.pressed(caller, digit))


def _guess(flow: Flow, session: Session, digit: str) -> Node | None:
    """The node that offered him what he calls about, if this is its key and he is not typing something else."""
    node = flow.nodes.get(session.guessing)
    takes = isinstance(node, Guess) and digit == node.key and not flow.nodes[session.node].collects(session)
    return node if takes else None


def _keys_ahead(caller: Caller, flow: Flow) -> Node | None:
    """The node that waits for keys here or behind what is being said; None when there is none to come to."""
    session, way = caller.session, [caller.session.node]
    while not flow.nodes[way[-1]].takes_keys:
        following = flow.nodes[way[-1]].ahead(caller)
        if following is None or following in way or not reaches(session.level, flow.nodes[following].needs):
            return None
        way.append(following)
    node = flow.nodes[way[-1]]
    if not node.keeps_time:
        caller.stop_waiting()
    for name in way[1:]:
        caller.hush()
        _reach(caller, name)
    return node


def _lone_shortcut(flow: Flow, node: Node, session: Session) -> Shortcut | None:
    """A single key that is no answer to what was asked, but leads away."""
    return None if node.is_answer(session) else flow.shortcut(session.keys)


def _take(caller: Caller, flow: Flow, shortcut: Shortcut) -> None:
    """Who presses the key again on the way does not start over."""
    if caller.session.node not in flow.straight_on(shortcut.node):
        _follow(caller, shortcut.node)


def silent(desk: Desk, session: Session, turn: Turn) -> None:
    """No key for too long."""
    caller, flow, node = Caller(desk, session, turn), _flow(desk, session), _here(desk, session)
    caller.stop_recognising()
    session.escaped = False
    if node.collects(session) and (shortcut := _lone_shortcut(flow, node, session)):
        _take(caller, flow, shortcut)
    else:
        _follow(caller, node.silent(caller))


def speaks_in_time(desk: Desk, session: Session) -> bool:
    """Whether the time of the node where he is runs also while he hears something."""
    return _here(desk, session).speaks_in_time


def spoke(desk: Desk, session: Session, turn: Turn) -> None:
    """He, or his machine, begins to speak."""
    _here(desk, session).spoke(Caller(desk, session, turn))


def fell_silent(desk: Desk, session: Session, turn: Turn) -> None:
    """He, or his machine, has finished what was said."""
    caller = Caller(desk, session, turn)
    _follow(caller, _here(desk, session).fell_silent(caller))


def heard(desk: Desk, session: Session, text: str, confidence: float, turn: Turn) -> None:
    """He said something."""
    caller = Caller(desk, session, turn)
    caller.stop_waiting()
    caller.stop_recognising()
    _follow(caller, _here(desk, session).heard(caller, text, confidence))


def unheard(desk: Desk, session: Session, reason: str, turn: Turn) -> None:
    """He said nothing that we know; when nobody could listen he has his keys, and all of his time."""
    caller = Caller(desk, session, turn)
    caller.stop_recognising()
    if reason == "silence":
        caller.stop_waiting()
        _follow(caller, _here(desk, session).silent(caller))


def done(desk: Desk, session: Session, outcome: str, values: dict[str, str], turn: Turn) -> None:
    """The action that the node waits for came to an end."""
    caller = Caller(desk, session, turn)
    session.action = None
    _follow(caller, _here(desk, session).done(caller, outcome, values))


def failed(desk: Desk, session: Session, reason: str, turn: Turn) -> None:
    """The action that the node waits for came to none."""
    caller = Caller(desk, session, turn)
    session.action = None
    _follow(caller, _here(desk, session).failed(caller, reason))


def secret_begun(desk: Desk, session: Session, turn: Turn) -> None:
    """He types the secret that he is asked for."""
    caller = Caller(desk, session, turn)
    _follow(caller, _here(desk, session).secret_begun(caller))


def secret_heard(desk: Desk, session: Session, turn: Turn) -> None:
    """He has typed it."""
    caller = Caller(desk, session, turn)
    _follow(caller, _here(desk, session).secret_heard(caller))


def language_found(desk: Desk, session: Session, language: str, turn: Turn) -> None:
    """The store remembers his language: he hears it from now on, and the greeting anew if he hears that."""
    flow = _flow(desk, session)
    if language not in flow.languages:
        return
    session.language_known = True
    if session.language == language:
        return
    session.language = language
    if session.phase is Phase.FLOW and session.node in flow.opening() and session.playback:
        hush(desk, session, turn)
        announcing.again(session)
        _here(desk, session).enter(Caller(desk, session, turn))


def invited(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """His answer, "" for none, before he waits: then he comes to his queue, unless it was the emergency key."""
    flow = _flow(desk, session)
    invitation.answered(desk, session, digit, turn)
    session.phase = Phase.FLOW
    if flow.emergency is not None and flow.emergency.key == digit:
        enter(desk, session, flow.emergency.node, turn)
    else:
        caller = Caller(desk, session, turn)
        _follow(caller, _here(desk, session).enter(caller))


def pressed_while_waiting(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """The emergency key moves him to the emergency queue at once; others are choices of who waits."""
    if not session.flow:
        return
    flow = _flow(desk, session)
    if flow.emergency is None or flow.emergency.key != digit or waiting_choices.types(session):
        waiting_choices.pressed(desk, session, digit, turn)
        return
    name = flow.straight_on(flow.emergency.node)[-1]
    node = flow.nodes[name]
    if isinstance(node, Enqueue) and node.queue != session.queue and desk.has_queue(node.queue):
        enter(desk, session, name, turn)
