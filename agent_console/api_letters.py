"""Letters to customers: which wait, were sent or refused and why; refused ones may be tried again."""

from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, listing
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import letters
from crm_core.letter_words import in_words
from crm_core.outbox import OutboxItem


class LetterQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """`state`: waiting, sent or refused, None for all; `customer_id` None: of everybody."""

    state: str | None = None
    customer_id: int | None = None


class LetterRow(msgspec.Struct, kw_only=True):
    """A letter. `at`: when it was sent or refused, or will be tried; `error` "": nothing went wrong so far.

    `subject` is in the reader's language where the letter is made from a template.
    """

    id: str
    state: str
    customer_id: int
    to: str
    subject: str
    at: float
    attempts: int
    error: str


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/letters", Permission.CONTACT_PERMISSION, "Letters to customers, the latest first")
    def list_letters(call: Call, query: LetterQuery) -> Listing[LetterRow]:
        def read(session: Any) -> Listing[LetterRow]:
            page = letters.letters(session, call.principal.account_id, **msgspec.structs.asdict(query))
            return listing(page, lambda one: _row(one, call.principal.language))

        return call.services.store.read(read)

    @add("POST", "/letters/{letter_id}/again", Permission.CONTACT_PERMISSION, "Try a refused letter anew")
    def send_letter_again(call: Call, letter_id: str) -> LetterRow:
        who, now = call.principal, call.services.now()
        kept = call.services.store.write(letters.send_again, who.account_id, letter_id, now=now)
        return _row(kept, who.language)


def _row(item: OutboxItem, language: str) -> LetterRow:
    return LetterRow(
        id=item.id,
        state=letters.state_of(item),
        customer_id=int(item.body["customer_id"]),
        to=item.body["pii_address"],
        subject=in_words(item.body, language)[0],
        at=item.dead_at or item.done_at or item.due_at,
        attempts=item.attempts,
        error=item.last_error or "",
    )
