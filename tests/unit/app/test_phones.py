import stat
from pathlib import Path

import pytest

from crm_core import schema
from crm_core.agents import add_agent
from crm_core.db import Store
from crm_core.users import add_user
from ctiserver.app.phones import read_phones
from ctiserver.core.config import Config
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
