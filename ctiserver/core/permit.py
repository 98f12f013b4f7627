"""Permission to contact a customer, as something one holds.

A permit names a stored row: it is good for one contact with one address, on one channel, for one purpose, until it
expires. Only `crm_core.permission` makes one, in the transaction that has looked at every rule; whoever dials or
sends hands it back, and the adapter that would act has the row checked and marked as used first. Engines get
permits only as the answer to what they asked the store; they cannot make one.
"""

from enum import StrEnum

from ctiserver.core.message import Frozen


class Channel(StrEnum):
    """How a customer is reached."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    CHAT = "chat"
    FAX = "fax"
    LETTER = "letter"


class Purpose(StrEnum):
    """What for. The law tells them apart, and so do customers."""

    EMERGENCY = "emergency"
    SERVICE = "service"
    INFORMATION = "information"
    APPOINTMENT = "appointment"
    SURVEY = "survey"
    COLLECTIONS = "collections"
    RENEWAL = "renewal"
    SALES = "sales"


class Rule(StrEnum):
    """Why a contact may be refused, in the order in which the rules are asked."""

    ADDRESS = "address"
    DO_NOT_CALL = "do_not_call"
    REGISTER = "register"
    CONSENT_REVOKED = "consent_revoked"
    CONSENT_MISSING = "consent_missing"
    HOURS = "hours"
    HOLIDAY = "holiday"
    CAP = "cap"
    OWNED = "owned"
    NO_PROFILE = "no_profile"
    UNCONFIRMED = "unconfirmed"


class Permit(Frozen):
    """One contact that is allowed. `permit_id` is the stored row; `pii_address` a number in E.164 or an e-mail.

    `warnings` are rules that would refuse a machine and that the person who acts by hand has to know.
    """

    permit_id: int
    account_id: int
    customer_id: int
    pii_address: str
    channel: Channel
    purpose: Purpose
    expires_at: float
    warnings: tuple[Rule, ...] = ()


class Refused(Frozen):
    """No contact now. `until`: when it would be permitted, as things stand; None: waiting does not help.

    `row` names what refused: the key of a legal profile row, the number of a consent or of a list's entry, or "".
    """

    rule: Rule
    until: float | None = None
    row: str = ""
