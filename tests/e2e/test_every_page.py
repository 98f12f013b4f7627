"""Every page that there is, in both languages, light and dark, wide and on a telephone: anybody can read and use it.

Pages are found in the application's own table of routes, so a new one is looked at without a word here. One whose
address holds a key says in `KEYS` which thing of the demo company to show.
"""

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from agent_console.app import create_app
from agent_console.auth import Auth
from agent_console.services import Services
from crm_core.db import Store
from crm_core.interactions import Interaction, Offer, Segment, SurveyAnswer
from crm_core.recordings import Recording
from ctiserver.core.config import Config
from ctiserver.process import certificates, config_file, tls_files
from tests.e2e import layout, scenes
from tests.e2e.browser import Browser
from tests.e2e.stage import ENGLISH, SPANISH, Stage, running_stage

pytestmark = pytest.mark.integration

KEYS: dict[str, str] = {"key": "1", "campaign": "renovacion", "contact": "shown"}
"""What stands for `<name>` in a page's address."""
_NO_PAGES = ("/api/v1/", "/static/", "/healthz", "/readyz", "/log-out", "/ca.crt")
_GRAVE = ("serious", "critical")
_COLOURS_ALONE = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
_THEMES: tuple[tuple[str, dict[str, Any] | None], ...] = (("light", None), ("dark", _COLOURS_ALONE))
"""What axe looks at in each; colours are the same in every language, so one language shows the dark ones."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with running_stage(folder) as running:
        running.scene = scenes.morning
        config = config_file.load(folder / "ctiserver.toml")
        _certify(config)
        with Store(config.database.url) as store:
            store.write(_talked)
        yield running


def _certify(config: Config) -> None:
    """With an authority of our own there is a page that tells of it; the console has begun without TLS and stays so."""
    authority = certificates.new_authority("stage", time.time())
    tls_files.keep_authority(config, authority)
    tls_files.keep_server(config, certificates.new_certificate(authority, ["localhost"], time.time()))


def pages(stage: Stage) -> list[str]:
    """The addresses of all pages."""
    services = Services(
        config=Config(), store=stage.store, engines=cast(Any, None), live=cast(Any, None), now=time.time
    )
    rules = create_app(services, Auth(stage.store, time.time)).url_map.iter_rules()
    found = sorted({rule.rule for rule in rules if "GET" in (rule.methods or ())})
    return [_filled(rule) for rule in found if not rule.startswith(_NO_PAGES)]


def _talked(session: Session) -> None:
    """A contact with everything that its page shows."""
    path = [{"node": "main", "kind": "menu", "at": 2.0, "label": {"es": "Menú", "en": "Menu"}}]
    head = {"queue": "servicio", "value_class": "A", "score_seconds": 130.0}
    row = Interaction(
        id=KEYS["contact"],
        account_id=1,
        ani="+56971884213",
        customer_id=1,
        value_class="A",
        arrived_at=1.0,
        queued_at=4.0,
        connected_at=9.0,
        ended_at=90.0,
        outcome="answered",
        ended_where="talk",
        ended_by="caller",
        menu_path=path,
        decisions=[{"rule": "score", "heads": [head, head]}],
        last_epoch=0,
        last_seq=0,
        last_n=0,
    )
    row.offers = [
        Offer(ordinal=1, agent="ana", queue="servicio", made_at=5.0, ended_at=9.0, result="answered")
    ]
    row.segments = [Segment(ordinal=1, agent="ana", queue="servicio", answered_at=9.0, ended_at=90.0)]
    row.answers = [SurveyAnswer(survey="satisfaction", question="solved", raw="1", value=1, answered_at=95.0)]
    session.add(row)
    session.flush()
    session.add(
        Recording(
            name="shown-1",
            account_id=1,
            interaction_id=row.id,
            segment=1,
            queue="servicio",
            recorded_at=9.0,
            seconds=81.0,
            state="kept",
            peaks=[abs(50 - n) for n in range(100)],
        )
    )


def _filled(rule: str) -> str:
    def key(match: re.Match[str]) -> str:
        assert match[1] in KEYS, f"{rule}: say in KEYS which {match[1]} to show"
        return KEYS[match[1]]

    return re.sub(r"<(?:\w+:)?(\w+)>", key, rule)


@pytest.mark.parametrize("login", [SPANISH, ENGLISH])
def test_every_page_is_whole_and_can_be_used_by_everybody(stage: Stage, browser: Browser, login: str) -> None:
    here = stage.page(browser, login)
    there = here.context.new_page()
    found: dict[str, list[str]] = {}
    paths = pages(stage)
    here.goto(stage.origin + paths[0])
    for path, following in zip(paths, [*paths[1:], "/healthz"], strict=True):
        there.goto(stage.origin + following, wait_until="commit")  # loads while we look at the one before
        here.wait_for_load_state("networkidle")
        found[path] = faults_of(here, _THEMES if login == SPANISH else _THEMES[:1])
        here, there = there, here
    assert {path: faults for path, faults in found.items() if faults} == {}


def faults_of(page: Page, themes: Sequence[tuple[str, dict[str, Any] | None]] = _THEMES) -> list[str]:
    """All that axe and a look at the lay-out find wrong with the page that is open."""
    faults = [f"wide: {fault}" for fault in layout.faults(page)]
    layout.resize(page, "phone")
    faults += [f"phone: {fault}" for fault in layout.faults(page)]
    layout.resize(page, "wide")
    for theme, options in themes:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        faults += [f"{theme}: {fault}" for fault in _grave(page, options)]
    return faults


def _grave(page: Page, options: dict[str, Any] | None) -> list[str]:
    violations = Axe().run(page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for one in violations
        if one["impact"] in _GRAVE
        for node in one["nodes"][:3]
    ]
