"""What is noted when a caller is found or has proved who he is, and the listening for a secret."""

from ctiserver.core.commands import ForgetSecret, ListenSecretly
from ctiserver.core.customers import LEVELS, Candidate, Level
from ctiserver.core.events import CallerIdentified
from ctiserver.core.ids import SecretId
from ivr.caller import Caller

CODE_KEYS = 6
"""How many digits a one-time code has."""


def found(caller: Caller, subject: str, values: dict[str, str], how: str) -> None:
    """The store knows whom he named; `how` is the way in which he did, "number" is the one he calls from."""
    session = caller.session
    caller.keep(values)
    if subject == "customer":
        session.customer_id = int(values["customer_id"])
        session.value_class = values.get("value_class") or session.value_class
        candidate = Candidate(
            customer_id=session.customer_id,
            pii_name=values.get("name", ""),
            value_class=values.get("value_class") or None,
            language=values.get("language") or None,
        )
        session.candidates = (candidate,)
    else:
        caller.collect(f"{subject}_id", values.get(f"{subject}_id", ""))
    reached(caller, subject, "number" if how == "number" else "identified", how)


def reached(caller: Caller, subject: str, level: Level, how: str) -> None:
    """The caller is identified so far."""
    session = caller.session
    session.level = max(session.level, level, key=LEVELS.index)
    if subject != "customer":
        return
    caller.tell(
        CallerIdentified(
            at=caller.turn.at,
            contact=session.contact,
            how=how,
            candidates=session.candidates,
            value_class=session.value_class,
            level=session.level,
        )
    )


def listen(caller: Caller, keys: int) -> None:
    """From here on his keys are a secret of so many digits, which nobody writes down."""
    stop_listening(caller)
    session = caller.session
    session.secret = SecretId(caller.turn.new_id())
    caller.desk.secrets[session.secret] = session.contact
    caller.tell(ListenSecretly(leg=session.leg, secret=session.secret, at_least=keys, at_most=keys))


def stop_listening(caller: Caller) -> None:
    """The keys are told again, and those that were kept are forgotten."""
    session = caller.session
    if session.secret is not None:
        caller.desk.secrets.pop(session.secret, None)
        caller.tell(ForgetSecret(leg=session.leg, secret=session.secret))
        session.secret = None
