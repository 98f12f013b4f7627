"""Every page, empty and full, light and dark, in both languages, at both sizes: nothing sticks out, nothing is cut.

With CTI_SHOTS=folder the pictures stay there, for people to look at.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import layout
from tests.e2e.browser import Browser, Screen
from tests.e2e.people import SPANISH_SUPERVISOR, SUPERVISOR
from tests.e2e.readme import picture
from tests.integration.daemon import VALUABLE, RunningCenter

pytestmark = pytest.mark.integration


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where the pictures go."""
    folder = Path(os.environ.get("CTI_SHOTS", tmp_path))
    folder.mkdir(exist_ok=True)
    return folder


def look(screen: Screen, folder: Path, name: str) -> None:
    """Pictures of one page in all its forms. Raises AssertionError for what sticks out or is cut."""
    for size in layout.SIZES:
        layout.resize(screen.page, size)
        for theme in ("light", "dark"):
            screen.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            screen.page.screenshot(path=str(folder / f"{name}-{size}-{theme}.png"))
        assert layout.faults(screen.page) == [], (name, size)
    layout.resize(screen.page, "wide")
    screen.page.emulate_media(color_scheme="light")


def test_the_log_in_shows_in_the_browsers_language(c: RunningCenter, browser: Browser, shots: Path) -> None:
    for language in ("es-CL", "en-US"):
        screen = browser.screen(c, "/log-in", locale=language)
        look(screen, shots, f"log-in-{language[:2]}")
    screen.log_in("ann", "not her password")
    screen.wait_text(".problem", "wrong")
    look(screen, shots, "log-in-wrong")


def test_desk_and_wallboard_are_whole_when_empty_and_when_full(
    c: RunningCenter, browser: Browser, shots: Path
) -> None:
    ann = browser.desk(c, "ann")
    bob = browser.desk(c, "bob", locale="en-US")
    sue = browser.screen(c, "/log-in")
    sue.log_in(SUPERVISOR)
    pia = browser.screen(c, "/log-in")
    pia.log_in(SPANISH_SUPERVISOR)
    sue.wait_text("#agents", "Bob")
    ann.wait_text("#card", "Ningún contacto")
    look(ann, shots, "desk-empty")
    look(sue, shots, "wallboard-empty")
    with ExitStack() as callers:

        def call(**options: Any) -> None:
            caller = callers.enter_context(c.call(**options))
            callers.callback(caller.hang_up)

        call(number=VALUABLE, keys=[(0.5, "1"), (1.5, "1")])
        c.wait_stage("queued")
        for number in range(4):
            call(number=f"+5691111222{number}", keys=[(0.5, "0")])
        c.wait_stage("queued", 5)
        ann.page.click('[data-status="available"]')
        ann.wait_stage("ringing")
        ann.wait_text(".names", "Cliente A")
        look(ann, shots, "desk-ringing")
        ann.press("Alt+Shift+A")
        ann.wait_stage("talking")
        ann.wait("window.softphone.quality", "the quality of the sound")
        ann.page.fill("#note", "Pide copia de la factura de octubre y pregunta por el subsidio.")
        look(ann, shots, "desk-talking")
        picture(ann.page, "agent")
        sue.wait_text("#alarms", "threshold", 40)
        pia.wait_text("#alarms", "umbral", 40)
        look(sue, shots, "wallboard-full")
        look(pia, shots, "wallboard-full-es")
        look(bob, shots, "desk-waiting")
        ann.press("Alt+Shift+X")
        ann.wait_stage("wrapping_up")
        look(ann, shots, "desk-wrap-up")
        sue.open("/wallboard?kiosk=1")
        sue.wait_text("#agents", "Bob")
        sue.wait_text("#queues", "Servicio")
        sue.page.screenshot(path=str(shots / "wallboard-kiosk.png"))
        assert layout.faults(sue.page) == []
    assert ann.complaints == bob.complaints == sue.complaints == []
