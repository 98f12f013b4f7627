"""Never again: somebody presses the key that he was told of, and is not called any more from that moment on.

His number goes on the account's own list, which everybody's calls heed, whoever else shares the telephone; and what he
said is written down as a consent taken back, for every purpose, with its proof: the call, in which recording and way
can be looked up, the key and the instant. Emergencies heed neither.
"""

from sqlalchemy.orm import Session

from crm_core.customers import Customer
from crm_core.permission import consents, do_not_call
from crm_core.permission.consents import ANY
from ctiserver.core.permit import Channel


def opt_out(
    session: Session,
    account_id: int,
    *,
    number: str | None,
    customer_id: int | None,
    contact: str,
    key: str,
    by: str,
    now: float,
) -> bool:
    """Whether anything could be noted: somebody without a number whom nobody knows cannot be spared.

    `number` in E.164. Asked for again, nothing is noted twice on the list.
    """
    words = f"pressed {key}"
    if number:
        do_not_call.add(session, account_id, number, source=f"{words} in call {contact}", by=by, now=now)
    person = session.get(Customer, customer_id) if customer_id is not None else None
    if person is None or person.account_id != account_id:
        return bool(number)
    consents.note(
        session,
        account_id,
        person.id,
        channel=Channel.PHONE,
        purpose=ANY,
        given=False,
        source="call",
        wording=words,
        proof=contact,
        by=by,
        now=now,
    )
    return True
