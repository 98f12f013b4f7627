"""Every page that there is, in both languages, light and dark, wide and on a telephone: anybody can read and use it.

Pages are found in the application's own table of routes, so a new one is looked at without a word here. One whose
address holds a key says in `KEYS` which thing of the demo company to show.
"""

import re
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from agent_console.app import create_app
from agent_console.auth import Auth
from agent_console.services import Services
from ctiserver.core.config import Config
from ctiserver.process import certificates, config_file, tls_files
from tests.e2e import layout, scenes
from tests.e2e.browser import Browser
from tests.e2e.stage import ENGLISH, SPANISH, Stage, running_stage

pytestmark = pytest.mark.integration

KEYS: dict[str, str] = {"key": "1", "campaign": "renovacion"}
"""What stands for `<name>` in a page's address."""
_NO_PAGES = ("/api/v1/", "/static/", "/healthz", "/readyz", "/log-out", "/ca.crt")
_GRAVE = ("serious", "critical")
_COLOURS_ALONE = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with running_stage(folder) as running:
        running.scene = scenes.morning
        _certify(config_file.load(folder / "ctiserver.toml"))
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


def _filled(rule: str) -> str:
    def key(match: re.Match[str]) -> str:
        assert match[1] in KEYS, f"{rule}: say in KEYS which {match[1]} to show"
        return KEYS[match[1]]

    return re.sub(r"<(?:\w+:)?(\w+)>", key, rule)


@pytest.mark.parametrize("login", [SPANISH, ENGLISH])
def test_every_page_is_whole_and_can_be_used_by_everybody(stage: Stage, browser: Browser, login: str) -> None:
    page = stage.page(browser, login)
    found: dict[str, list[str]] = {}
    for path in pages(stage):
        page.goto(stage.origin + path, wait_until="networkidle")
        found[path] = faults_of(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


def faults_of(page: Page) -> list[str]:
    """All that axe and a look at the lay-out find wrong with the page that is open."""
    faults = []
    for size in layout.SIZES:
        layout.resize(page, size)
        faults += [f"{size}: {fault}" for fault in layout.faults(page)]
    layout.resize(page, "wide")
    for theme, options in (("light", None), ("dark", _COLOURS_ALONE)):
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
