"""How browsers come to trust us."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from agent_console.app import create_app
from agent_console.services import Services
from ctiserver.core.config import Config, Installation
from ctiserver.process import certificates, tls_files

NOW = 1_790_000_000.0
Make = Callable[[], Any]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(Config(), installation=Installation(state_dir=tmp_path))


@pytest.fixture
def browser(office: Any, config: Config) -> Any:
    """A browser at an office of this configuration."""
    services = Services(
        config=config, store=office.auth._store, engines=office.engines, live=office.live, now=lambda: NOW
    )
    app: Flask = create_app(services, office.auth)
    return app.test_client()


def certify(config: Config, *, own: bool) -> certificates.Pair:
    """Put a certificate in force; its authority."""
    authority = certificates.new_authority("Ours", NOW)
    if own:
        tls_files.keep_authority(config, authority)
    tls_files.keep_server(config, certificates.new_certificate(authority, ["center.example"], NOW))
    return authority


def test_people_are_told_how_to_install_our_authority(browser: Any, config: Config) -> None:
    assert browser.get("/install-ca").status_code == 404
    authority = certify(config, own=True)
    fingerprint = certificates.facts(authority.certificate).fingerprint
    spanish, english = (browser.get("/install-ca", query_string={"lang": lang}).text for lang in ("es", "en"))
    assert fingerprint in spanish.replace("<wbr>", "")
    assert "Confiar en este centro" in spanish
    assert "Trust this center" in english
    download = browser.get("/ca.crt")
    assert download.data == authority.certificate
    assert download.content_type == "application/x-x509-ca-cert"
    assert b"PRIVATE" not in download.data


def test_with_a_given_certificate_there_is_nothing_to_install(browser: Any, config: Config) -> None:
    certify(config, own=False)
    assert browser.get("/install-ca").status_code == 404
    assert browser.get("/ca.crt").status_code == 404


@pytest.mark.parametrize(
    ("own", "scheme", "said"), [(True, "https", False), (False, "https", True), (False, "http", False)]
)
def test_https_from_now_on_is_said_with_a_given_certificate_over_https_only(
    browser: Any, config: Config, own: bool, scheme: str, said: bool
) -> None:
    certify(config, own=own)
    answer = browser.get("/healthz", base_url=f"{scheme}://center.example")
    assert ("Strict-Transport-Security" in answer.headers) is said


def test_over_https_the_cookie_is_for_https_only(office: Any) -> None:
    form = {"login": "agent", "password": "a-good-password"}
    answers = [
        office.app.test_client().post("/log-in", data=form, base_url=f"{scheme}://center.example")
        for scheme in ("https", "http")
    ]
    assert ["Secure" in answer.headers["Set-Cookie"] for answer in answers] == [True, False]
