"""A letter that a person writes to one customer: permitted, kept and put into the outbox in one transaction.

The rules are asked at once, so that who writes hears now that it may not leave, by which rule and until when. It bears
the key that the writer's page gave it: sent twice, it is one letter.
"""

from sqlalchemy.orm import Session

from crm_core import letters, permission
from crm_core.customers import customer
from crm_core.outbox import OutboxItem
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Purpose, Refused

LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_KEY = 200, 20_000, 64


def write_to(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    address: str,
    purpose: Purpose,
    subject: str,
    text: str,
    key: str,
    by: str,
    now: float,
) -> OutboxItem | Refused:
    """The letter, or why it may not be written. In a writing unit. Raises NotFound, Refusal for an empty one."""
    owner = customer(session, account_id, customer_id)
    letter_id = f"letter.{account_id}.{owner.id}.{key}"
    if found := session.get(OutboxItem, letter_id):
        return found
    content = {"subject": " ".join(subject.split()), "text": text.strip(), "by": by, "purpose": purpose}
    _refuse_if_unfit(content, key)
    answer = permission.permit(
        session,
        account_id,
        owner.id,
        address.strip().casefold(),
        channel=Channel.EMAIL,
        purpose=purpose,
        automatic=False,
        now=now,
        by=by,
    )
    if isinstance(answer, Refused):
        return answer
    letters.write(session, letter_id, answer, content, now=now)
    return letters.letter(session, account_id, letter_id)


def _refuse_if_unfit(content: dict[str, str], key: str) -> None:
    if not content["subject"] or not content["text"]:
        raise Refusal("empty_letter", "write what it is about, and the letter itself")
    if len(content["subject"]) > LONGEST_SUBJECT or len(content["text"]) > LONGEST_TEXT:
        raise Refusal(
            "letter_too_long", f"write at most {LONGEST_TEXT} letters, and {LONGEST_SUBJECT} as its subject"
        )
    if not key or len(key) > LONGEST_KEY:
        raise Refusal("key_required", f"send a key of your own of at most {LONGEST_KEY} letters")
