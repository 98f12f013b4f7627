import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, execute, fail, succeed

from crm_core import schema
from crm_core.agents import add_agent
from crm_core.db import Store
from crm_core.users import add_user
from ctiserver.app.phones import PhoneBook, read_phones
from ctiserver.asterisk.agents import AgentEndpoint
from ctiserver.core.config import Config
from ctiserver.core.errors import CtiError, StoreError, SwitchUnreachable
from ctiserver.process.config_file import parse
from ctiserver.process.sip_secret import sip_password, sip_secret


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return parse({"installation": {"state_dir": "state"}}, folder=tmp_path, environ={})


def test_a_password_is_the_same_each_time_and_another_for_each_phone_and_installation() -> None:
    assert sip_password(b"secret", "1001") == sip_password(b"secret", "1001")
    others = {sip_password(b"secret", "1001"), sip_password(b"secret", "1002"), sip_password(b"x", "1001")}
    assert len(others) == 3
    assert all(len(password) == 32 for password in others)


def test_the_installations_secret_is_made_once_and_readable_by_its_owner_only(config: Config) -> None:
    secret = sip_secret(config, {})
    assert len(secret) >= 32
    assert sip_secret(config, {}) == secret
    [file] = config.installation.state_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_in_the_environment_is_taken_and_nothing_is_written(config: Config) -> None:
    assert sip_secret(config, {"CTI_SIP_SECRET": "given"}) == b"given"
    assert not config.installation.state_dir.exists()


def test_every_agent_has_a_phone_with_its_fixed_address_or_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/crm.sqlite"
    schema.upgrade(url)
    with Store(url) as store:
        for login, extension, uri in (("ann", "1001", "sip:ann@127.0.0.1:5070"), ("bob", "1002", None)):
            store.write(add_user, login=login, name=login, password="a-good-password", roles={"agent"})
            store.write(add_agent, login=login, extension=extension, skills={}, phone_uri=uri)
        phones = read_phones(store, b"secret")
    assert [phone.contact for phone in phones] == ["sip:ann@127.0.0.1:5070", None]
    assert phones[0].password == sip_password(b"secret", "1001")
    assert "1001" in phones[0].name
    assert phones[0].password not in repr(phones[0])


class Line:
    """A phone book between a database that may be away and an Asterisk that may be deaf."""

    def __init__(self) -> None:
        self.stored, self.told = [AgentEndpoint(name="1001", password="p")], list[list[str]]()
        self.away: CtiError | None = None
        self.deaf: CtiError | None = None
        self.waiting: list[Callable[[], object]] = []
        self.book = PhoneBook(read=self._read, in_thread=execute, tell=self._tell, clock=self)

    def now(self) -> float:
        return 0.0

    def call_later(self, _seconds: float, call: Callable[[], object]) -> Callable[[], None]:
        self.waiting.append(call)
        return lambda: self.waiting.remove(call) if call in self.waiting else None

    def pass_time(self) -> None:
        for call in self.waiting[:]:
            self.waiting.remove(call)
            call()

    def _read(self) -> list[AgentEndpoint]:
        if self.away:
            raise self.away
        return self.stored

    def _tell(self, phones: Sequence[AgentEndpoint]) -> Deferred[None]:
        self.told.append([phone.name for phone in phones])
        return fail(self.deaf) if self.deaf else succeed(None)


def test_a_database_that_is_away_is_asked_again_until_it_tells_the_phones() -> None:
    line = Line()
    line.away = StoreError("no connection")
    line.book.set_up_surely()
    line.pass_time()
    assert line.told == []
    line.away = None
    line.pass_time()
    assert line.told == [["1001"]]
    assert not line.waiting


def test_phones_of_before_stand_in_for_those_that_cannot_be_read() -> None:
    line = Line()
    line.book.set_up_surely()
    line.away = StoreError("no connection")
    line.book.set_up_surely()
    assert line.told == [["1001"], ["1001"]]
    line.book.set_up_surely()
    assert len(line.waiting) == 1, "one question waits, however often it was asked"


def test_an_asterisk_that_is_gone_is_told_when_its_link_is_up_again_not_before() -> None:
    line = Line()
    line.deaf = SwitchUnreachable("no link")
    line.book.set_up_surely()
    assert not line.waiting


def test_who_asks_for_it_himself_is_told_that_it_failed() -> None:
    line = Line()
    line.away = StoreError("no connection")
    failed: list[Any] = []
    line.book.set_up().addErrback(failed.append)
    assert [failure.type for failure in failed] == [StoreError]
