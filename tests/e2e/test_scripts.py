"""A script in a browser: walked with a customer to the result that it suggests, and written by its author."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm_core import payment_promises
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.effects import DispositionEffect
from crm_core.dials import Dial, schedule
from crm_core.queues import queue
from crm_core.scripts import script_runs
from ctiserver.core.live_view import LiveView
from ctiserver.core.permit import Purpose
from tests.e2e import scenes
from tests.e2e.browser import Browser
from tests.e2e.stage import SPANISH, Stage, running_stage

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


def called_for_a_campaign(stage: Stage) -> None:
    """The agent's caller has hung up; it is we who called him, about a late bill."""

    def furnish(session: Any) -> int:
        late = Campaign(
            account_id=1, key="atrasados", name="Atrasados", purpose=Purpose.COLLECTIONS, mode="preview",
            queue_id=queue(session, 1, "ventas").id, script="cobranza", state_at=1.0, state_by="x", made_at=1.0,
            made_by="x",
        )  # fmt: skip
        session.add(late)
        session.flush()
        lead = schedule(
            session, 1, 1, number="+56987654321", purpose=Purpose.COLLECTIONS, about=("campaign", "1/1"),
            not_before=1.0, not_after=9e9, by="x", now=1.0, flow="x", language="es",
        )  # fmt: skip
        lead.campaign_id = late.id
        session.flush()
        return int(lead.id)

    lead = stage.store.write(furnish)

    def scene(now: float) -> LiveView:
        view = scenes.wrapping_up(now)
        card = view.agents[SPANISH].card  # type: ignore[index]
        assert card is not None
        card.dial_id, card.queue = lead, "ventas"  # type: ignore[assignment]
        return view

    stage.scene = scene


def test_an_agent_walks_a_script_objects_and_ends_with_a_promise_that_somebody_will_be_reminded_of(
    stage: Stage, browser: Browser
) -> None:
    called_for_a_campaign(stage)
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/desk")
    text, keys = page.locator("#script .script-text"), page.keyboard
    expect(text).to_contain_text("¿hablo con")
    page.keyboard.press("Alt+Shift+G")
    keys.press("1")
    expect(text).to_contain_text("¿Qué pasó con el pago?")
    keys.press("o")
    expect(page.locator("#script h3")).to_have_text("¿Qué objeta?")
    keys.press("1")
    expect(page.locator("#script .objected")).to_have_text("Dice: No puedo pagar")
    expect(text).to_contain_text("¿Qué parte podría pagar")
    keys.press("Enter")
    expect(text).to_have_text("¿Cuánto puede pagar ahora?")
    page.reload()
    expect(text).to_have_text("¿Cuánto puede pagar ahora?")
    page.keyboard.press("Alt+Shift+G")
    keys.type("mucho\n")
    expect(page.locator("#script .problem")).to_have_text("Escriba un número, como 12500.")
    page.locator("#script input").fill("12000")
    keys.press("Enter")
    expect(text).to_have_text("¿Qué día lo paga?")
    day = date.today() + timedelta(days=9)  # noqa: DTZ011 nine days from here are days from everywhere
    page.locator("#script input").fill(day.isoformat())
    keys.press("Enter")
    expect(text).to_contain_text("Anoto 12.000 para el")
    expect(page.locator("#script .script-result")).to_have_text("Resultado sugerido: Promete pagar")
    _say_so(stage, page)
    _is_kept(stage, day)


def _say_so(stage: Stage, page: Page) -> None:
    """The result is marked, and its form filled in with what was answered."""
    page.locator("#reasons").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#dispositions [aria-selected=true]")).to_contain_text("Promete pagar")
    page.locator("#dispositions").focus()
    page.keyboard.press("Enter")
    amount = page.locator("#form input[name=amount]")
    expect(amount).to_have_value("12000")
    day = page.locator("#form input[name=day]")
    agreed = day.input_value()
    day.fill("2020-01-01")
    page.locator("#form button[type=submit]").click()
    expect(page.locator("#form .wrong")).to_contain_text("Elija un día")
    assert stage.requests == []
    day.fill(agreed)
    page.locator("#form button[type=submit]").click()
    expect(page.locator("#form")).not_to_be_visible()
    assert [(asked["type"], asked["code"]) for asked in stage.requests] == [("Dispose", "promise")]


def _is_kept(stage: Stage, day: date) -> None:
    answers = stage.store.read(script_runs.answers_of, 1, 1)
    assert {one.question: one.answer for one in answers} == {
        "right_person": "yes",
        "objection.no_money": "debt",
        "amount": "12000",
        "day": day.isoformat(),
    }
    done = stage.store.read(lambda session: session.get(DispositionEffect, "t0"))
    [promise] = [
        one
        for one in stage.store.read(payment_promises.promises, 1, 1, now=0.0)
        if one.payment.contact_id == "t0"
    ]
    assert (promise.payment.amount_minor, promise.payment.by) == (12000, SPANISH)
    reminder = stage.store.read(lambda session: session.get(Dial, done.made["reminder"]))
    assert (reminder.flow, reminder.values) == ("payment-reminder", {"day": day.isoformat()})


def test_an_author_sees_mistakes_while_he_types_tries_the_draft_and_restores_an_older_version(
    stage: Stage, browser: Browser
) -> None:
    stage.scene = scenes.empty
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/scripts")
    page.get_by_role("link", name="renovacion").click()
    state, trial = page.locator("#draft-state"), page.locator("#script-walk .script-text")
    expect(state).to_have_text("Sin errores")
    expect(trial).to_contain_text("¿hablo con [customer.name]?")
    page.locator("#script-walk [role=listbox]").press("1")
    expect(trial).to_contain_text("[lead.plan] vence este mes")
    before = page.locator("#draft-text").input_value()
    page.locator("#draft-text").fill(before.replace("¿A qué hora le conviene", "palabra " * 16))
    expect(page.locator("#draft-mistakes")).to_contain_text(
        re.compile(r"later se lee en .* s \(es\): quite \d+ palabras")
    )
    expect(page.locator('.reading tr[data-over="true"]')).to_have_count(1)
    page.locator("#draft-text").fill(before + "\n")
    expect(state).to_have_text("Sin errores")
    page.get_by_role("button", name="Guardar como versión nueva").click()
    page.get_by_role("button", name=re.compile("Poner en vigor")).click()
    expect(page.locator("#form-told")).to_contain_text("2")
    expect(page.locator(".draft h2")).to_contain_text("Versión 2 · en vigor")
    page.locator(".versions a", has_text="Versión 1").click()
    page.get_by_role("button", name=re.compile("Poner en vigor")).click()
    expect(page.locator(".draft h2")).to_contain_text("Versión 1 · en vigor")
