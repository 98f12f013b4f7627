"""What a script's variables stand for in one contact, as an agent reads it aloud."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import accounts
from crm_core.customers import Customer
from crm_core.invoices import Invoice, open_amounts
from crm_core.scripts.script import Script

_SPANISH = "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre"
_ENGLISH = "January,February,March,April,May,June,July,August,September,October,November,December"
YES_NO = {"es": {"yes": "Sí", "no": "No"}, "en": {"yes": "Yes", "no": "No"}}
OBJECTION = {"es": "Objeción", "en": "Objection"}
_WITHOUT_CENTS = frozenset({"CLP", "PYG", "JPY", "KRW"})


def values(
    session: Session,
    account_id: int,
    *,
    customer_id: int | None,
    agent: str,
    lead: Mapping[str, object],
    language: str,
) -> dict[str, str]:
    """By name, without those that nobody knows. `agent`: what he is called; `lead`: what his lead brings."""
    company = accounts.account(session, account_id)
    found = {"agent.name": agent, "company.name": company.name}
    found |= {f"lead.{name}": str(value) for name, value in lead.items()}
    who = session.scalar(
        select(Customer).where(Customer.account_id == account_id, Customer.id == customer_id)
    )
    if who is None:
        return found
    found |= {"customer.name": who.display_name, "customer.first_name": who.name}
    owed = open_amounts(session, account_id, who.id)
    if owed:
        currency = max(owed, key=lambda one: owed[one])
        found["customer.debt"] = money(owed[currency], currency, language)
        due_at = _oldest_due_at(session, account_id, who.id)
        if due_at is not None:
            local = datetime.fromtimestamp(due_at, ZoneInfo(company.time_zone))
            found["customer.due_on"] = day(local.date(), language)
    return found


def answered(script: Script, answers: Mapping[str, str], language: str) -> dict[str, str]:
    """What was answered before, as one says it: a day by its name, a choice by its words."""
    said: dict[str, str] = {}
    for name, page in script.page.items():
        question = script.question_of(name)
        if question is None or question not in answers:
            continue
        answer = answers[question]
        if page.kind == "date":
            answer = day(date.fromisoformat(answer), language)
        elif page.kind == "yes_no":
            answer = YES_NO[language][answer]
        elif page.kind == "number":
            answer = _number(answer, language)
        elif page.kind == "choice":
            answer = next((one.text(language) for one in page.choice if one.value == answer), answer)
        said[f"answer.{question}"] = answer
    return said


def money(amount_minor: int, currency: str, language: str) -> str:
    """ "$125.000": an amount as it is written in this language; other currencies than pesos by their code."""
    cents = currency not in _WITHOUT_CENTS
    written = _number(f"{amount_minor / 100:.2f}" if cents else str(amount_minor), language)
    return f"${written}" if currency.endswith("P") else f"{currency} {written}"


def day(on: date, language: str) -> str:
    """ "3 de octubre", "3 October"."""
    names = _SPANISH if language == "es" else _ENGLISH
    month = names.split(",")[on.month - 1]
    return f"{on.day} de {month}" if language == "es" else f"{on.day} {month}"


def _number(written: str, language: str) -> str:
    whole, _, rest = written.partition(".")
    grouped = f"{int(whole):,}"
    if language == "es":
        return grouped.replace(",", ".") + (f",{rest}" if rest else "")
    return grouped + (f".{rest}" if rest else "")


def _oldest_due_at(session: Session, account_id: int, customer_id: int) -> float | None:
    query = select(Invoice.due_at).where(
        Invoice.account_id == account_id,
        Invoice.customer_id == customer_id,
        Invoice.status == "open",
        Invoice.due_at.is_not(None),
    )
    return session.scalar(query.order_by(Invoice.due_at).limit(1))
