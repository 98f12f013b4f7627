"""The commands that make an installation: database, people, Asterisk."""

import getpass
import os
import sys
from argparse import Namespace
from pathlib import Path

from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.agents import add_agent
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.db import Store
from crm_core.queues import let_serve, queue
from crm_core.users import add_user as add_row
from ctiserver.app.config_file import load, parse
from ctiserver.asterisk import conf, install
from ctiserver.asterisk.passwords import passwords
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, InstallError, Refusal

PASSWORD_VARIABLE = "CTI_PASSWORD"


def upgrade_database(chosen: Namespace) -> None:
    """Makes the database or brings it up to date."""
    revision = schema.upgrade(load(chosen.config).database.url)
    print(f"the database has revision {revision}")


def add_user(chosen: Namespace) -> None:
    """Adds a user and, with an extension, the agent that he is: all of it or nothing."""
    if not chosen.extension and (chosen.skill or chosen.queue or chosen.phone):
        raise Refusal("no_extension", "skills, queues and a phone are an agent's: add --extension")
    config = load(chosen.config)
    password = _password()
    with Store(config.database.url) as store:
        store.write(_add, chosen, password)
    print(f"added {chosen.login}; a running server learns it by: ctiserver reload")


def _add(session: Session, chosen: Namespace, password: str) -> None:
    roles = {*chosen.role, *(["agent"] if chosen.extension else [])}
    if not roles:
        raise Refusal("no_role", "say what he does: --role supervisor, or --extension for an agent")
    add_row(
        session,
        login=chosen.login,
        name=chosen.name or chosen.login,
        password=password,
        roles=roles,
        language=chosen.language,
    )
    if chosen.extension:
        agent = add_agent(
            session,
            login=chosen.login,
            extension=chosen.extension,
            skills=dict(chosen.skill),
            phone_uri=chosen.phone,
        )
        for key, preference in chosen.queue:
            let_serve(session, agent, queue(session, DEFAULT_ACCOUNT_ID, key), preference=preference)


def _password() -> str:
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        raise Refusal("no_password", f"give the new user's password in {PASSWORD_VARIABLE}")
    return getpass.getpass("Password of the new user: ")


def install_asterisk(chosen: Namespace) -> None:
    """Finds Asterisk 22 or unpacks one; without a configuration file, into the folder of the default one."""
    install.install(_config_or_default(chosen.config), lambda line: print(line, flush=True))


def _config_or_default(file: Path) -> Config:
    """Asterisk is installed before anybody has written a configuration."""
    return load(file) if file.exists() else parse({}, folder=Path.cwd(), environ={})


def configure_asterisk(chosen: Namespace) -> int:
    """Writes Asterisk's files, or says how they differ from what would be written."""
    config = load(chosen.config)
    asterisk = install.installed(config)
    if not asterisk:
        raise InstallError("Asterisk is not installed; run: ctiserver asterisk install")
    if not chosen.check:
        print(f"written: {conf.write(config, passwords(config), asterisk).parent}")
        return 0
    if mistakes := conf.check(config, passwords(config), asterisk):
        raise ConfigError(mistakes)
    print(f"{conf.etc_dir(config)} is as the configuration says")
    return 0
