"""An office: the Flask application over a small database, engines that record what they are asked."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from agent_console.app import create_app
from agent_console.auth import CSRF_HEADER, Auth
from agent_console.roles import ROLES
from agent_console.services import Services
from crm_core import schema
from crm_core.accounts import Account
from crm_core.agents import add_agent
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.phone_numbers import normalise
from crm_core.queues import add_queue
from crm_core.users import add_user
from ctiserver.core.config import Config
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.live_view import LiveView
from ctiserver.core.queue_view import QueueView

PASSWORD = "a-good-password"
OTHER_ACCOUNT = 2


class RecordingEngines:
    """Takes every request and remembers it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(self, kind: str, principal_login: str, fields: dict[str, Any]) -> str:
        self.asked.append((kind, principal_login, fields))
        return "request-1"

    def provision(self) -> None:
        self.asked.append(("provision", "", {}))

    def reload(self) -> str:
        return "v1"

    def ask_job(self, kind: str, body: bytes) -> bytes:
        self.asked.append((kind, "", msgspec.json.decode(body)))
        return b"[]"


class Shown:
    """What is so right now."""

    def __init__(self, view: LiveView | None) -> None:
        self.view = view


class Here:
    """A part of the office that is open now, under whose name one application serves one office after the other.

    To build its five hundred routes takes longer than most tests.
    """

    office: "Office"

    def __init__(self, part: str) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(Here.office, self._part), name)


@lru_cache
def _application() -> Flask:
    services: Any = Here("services")
    auth: Any = Here("auth")
    return create_app(services, auth)


class Office:
    """All that a test needs."""

    def __init__(self, store: Store) -> None:
        self.store, self.engines, self.now = store, RecordingEngines(), 1000.0
        self.live = Shown(_view())
        self.renewed: list[tuple[str, str]] = []
        self.state_dir = Path(str(store.engine.url.database)).parent / "state"
        config = replace(Config(), installation=replace(Config().installation, state_dir=self.state_dir))
        self.auth = Auth(store, lambda: self.now)
        self.use(config)
        Here.office = self
        self.app = _application()

    def use(self, config: Config) -> None:
        """Open under this configuration; browsers of before go on with theirs."""
        self.config = config
        self.services = Services(
            config=config,
            store=self.store,
            engines=self.engines,
            live=self.live,
            now=lambda: self.now,
            renewed=lambda socket, secret: self.renewed.append((socket, secret)),
        )

    def browser(self, login: str | None = None) -> FlaskClient:
        """A browser, logged in if a login is given; it sends the CSRF word by itself."""
        client = self.app.test_client()
        if login:
            secret = self.auth.log_in(login, PASSWORD, "127.0.0.1")
            client.set_cookie("cti_session", secret)
            client.environ_base[f"HTTP_{CSRF_HEADER.upper().replace('-', '_')}"] = self.auth.of_cookie(
                secret
            ).csrf
        return client


def _view() -> LiveView:
    def agent(key: str, account: int) -> AgentView:
        return AgentView(agent=key, account_id=account, name=key)  # type: ignore[arg-type]

    def contact(key: str, account: int) -> ContactView:
        return ContactView(
            contact=key,  # type: ignore[arg-type]
            account_id=account,
            did="600",
            pii_number=f"+5690000000{account}",
            language="es",
            arrived_at=900.0,
            since=900.0,
        )

    return LiveView(
        switch_up=True,
        agents={key: agent(key, number) for key, number in (("agent", 1), ("other", 2))},  # type: ignore[misc]
        contacts={key: contact(key, number) for key, number in (("mine", 1), ("theirs", 2))},  # type: ignore[misc]
        queues={
            key: QueueView(queue=key, account_id=number)  # type: ignore[arg-type,misc]
            for key, number in (("sales", 1), ("secret", 2))
        },
    )


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one user of each role, named after it, and a second company."""
    file = tmp_path_factory.mktemp("office") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    store = Store(f"sqlite:///{file}")

    def furnish(session: Any) -> None:
        session.add(
            Account(id=OTHER_ACCOUNT, name="Other", country="CL", language="es", time_zone="America/Santiago")
        )
        session.flush()
        for role in ROLES:
            add_user(session, login=role, name=role, password=PASSWORD, roles={role})
        everything = {"agent", "supervisor", "administrator"}
        add_user(
            session,
            login="other",
            name="Other",
            password=PASSWORD,
            roles=everything,
            account_id=OTHER_ACCOUNT,
        )
        add_agent(session, login="agent", extension="1001", skills={}, browser_phone=True)
        add_agent(session, login="other", extension="2001", skills={}, browser_phone=True)
        add_queue(session, 1, "sales", "Sales", skills={})
        add_queue(session, OTHER_ACCOUNT, "secret", "Secret", skills={})
        phone = normalise("+56922220001", "CL")
        assert phone is not None
        add_customer(session, 1, phones=[phone], name="Rosa", value_class="A", now=0.0)

    store.write(furnish)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return file


@pytest.fixture
def office(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The office, opened anew."""
    file = tmp_path / "crm.sqlite"
    file.write_bytes(furnished.read_bytes())
    monkeypatch.setenv("CTI_SIP_SECRET", "secret")
    store = Store(f"sqlite:///{file}")
    yield Office(store)
    store.close()


@pytest.fixture
def decode() -> Callable[[bytes], Any]:
    """JSON."""
    return msgspec.json.decode
