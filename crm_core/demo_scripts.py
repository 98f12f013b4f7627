"""The demo company's scripts, one for renewals and one for late payments, and the results that they end with."""

from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.dispositions import Disposition
from crm_core.queues import queue
from crm_core.scripts import script_versions
from crm_core.scripts.script_file import read_script

SCRIPTS = {"renovacion": "renewal", "cobranza": "collection"}
"""What each is called, and its file."""
QUEUE = "ventas"
"""Whose agents call for campaigns."""
REMINDER = "payment-reminder"
"""The flow that reminds of a promise."""
RESULTS: tuple[tuple[str, str, str, str], ...] = (
    ("promise", "Promete pagar", "Promises to pay", "promise_to_pay"),
    ("sale", "Venta", "Sale", "sale"),
    ("appointment", "Visita de un vendedor", "A seller's visit", "appointment"),
    ("wrong_person", "Persona equivocada", "Wrong person", "wrong_person"),
    ("new_data", "Datos nuevos", "New data", "list_update"),
    ("never_call", "No llamar más", "Never call again", "do_not_call"),
    ("not_interested", "No le interesa", "Not interested", ""),
    ("disputed", "Reclama el cobro", "Disputes the charge", ""),
)
"""Code, label in Spanish, label in English, what it brings about."""


def load(session: Session, *, now: float) -> None:
    """Adds what is missing of them to account 1."""
    served = queue(session, DEFAULT_ACCOUNT_ID, QUEUE)
    known = session.scalars(select(Disposition).where(Disposition.account_id == DEFAULT_ACCOUNT_ID))
    there = {row.code for row in known}
    for code, label_es, label_en, effect in RESULTS:
        if code not in there:
            there.add(code)
            session.add(
                Disposition(
                    account_id=DEFAULT_ACCOUNT_ID,
                    queue_id=served.id,
                    code=code,
                    label_es=label_es,
                    label_en=label_en,
                    effect=effect,
                    effect_flow=REMINDER if effect == "promise_to_pay" else None,
                )
            )
    session.flush()
    for name, file in SCRIPTS.items():
        if script_versions.in_force(session, DEFAULT_ACCOUNT_ID, name) is not None:
            continue
        text = resources.files("crm_core.scripts.demo").joinpath(f"{file}.toml").read_text("utf-8")
        read_script(text, name, dispositions=there)
        kept = script_versions.keep(
            session,
            DEFAULT_ACCOUNT_ID,
            name,
            text,
            note="demo",
            expected_newest=None,
            by="demo",
            now=now,
        )
        number = kept.versions[0].number
        script_versions.put_in_force(session, DEFAULT_ACCOUNT_ID, name, number, by="demo", now=now)
