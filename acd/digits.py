"""Keys that an agent presses for his caller's side: the menu of another company, an extension."""

from acd.contact_state import Stage
from acd.floor import Floor
from acd.hold import in_hand
from ctiserver.core.commands import PlayDigits
from ctiserver.core.errors import Refusal
from ctiserver.core.requests import SendDigits
from ctiserver.core.turn import Turn

KEYS = frozenset("0123456789*#")
LONGEST = 32


def send(floor: Floor, request: SendDigits, turn: Turn) -> None:
    """The other side hears the keys. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING)
    digits = request.pii_digits
    if not digits or len(digits) > LONGEST or not KEYS.issuperset(digits):
        raise Refusal("wrong_digits", f"send up to {LONGEST} of the keys 0 to 9, * and #")
    turn.say(PlayDigits(leg=contact.leg, pii_digits=digits))
