"""A lead's numbers: in their order, round and round, without those that are not his.

The order is the one in which they were loaded. Who does not answer or is busy is tried at his next number the next
time; what the network could not do is tried again at the same one. A number that does not exist, or that a rule
forbids for good, is passed over from then on: the lead is over when none is left.
"""

from crm_core.dials import Dial
from ctiserver.core.leads import DialResult
from ctiserver.core.permit import Refused, Rule

NO_SUCH_NUMBER: frozenset[DialResult] = frozenset({"invalid_number", "disconnected"})
_ANOTHER_NUMBER_NEXT: frozenset[DialResult] = frozenset({"no_answer", "busy", "machine", "message_left"})
_OF_THE_NUMBER = frozenset({Rule.ADDRESS, Rule.DO_NOT_CALL, Rule.REGISTER})


def place(row: Dial) -> int:
    """Which of his numbers is tried now, from 0; 0 for a dial that has but one."""
    return row.numbers.index(row.number) if row.number in row.numbers else 0


def follow(row: Dial, result: DialResult) -> bool:
    """Let the lead stand at the number to be tried after this result; False: it was his last one."""
    if result in NO_SUCH_NUMBER:
        return pass_over(row, result)
    if result in _ANOTHER_NUMBER_NEXT and (left := _left(row)):
        row.number = left[0]
    return True


def forbidden(row: Dial, refused: Refused) -> bool:
    """Whether a rule forbids this number for good while another is left; that one is tried next."""
    of_this_number = refused.until is None and refused.rule in _OF_THE_NUMBER
    return of_this_number and pass_over(row, refused.rule)


def pass_over(row: Dial, because: str) -> bool:
    """Never try this number again; False: it was his last one."""
    left = [number for number in _left(row) if number != row.number]
    row.passed_over = {**row.passed_over, row.number: str(because)}
    if left:
        row.number = left[0]
    return bool(left)


def _left(row: Dial) -> list[str]:
    """Those that are still tried, beginning after the one that stands; that one comes last."""
    behind = place(row) + 1
    turned = [*row.numbers[behind:], *row.numbers[:behind]]
    return [number for number in turned if number not in row.passed_over]
