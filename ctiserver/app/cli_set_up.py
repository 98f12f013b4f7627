"""The commands that make an installation: database, people, Asterisk."""

import getpass
import os
import sys
from argparse import Namespace
from pathlib import Path

from crm_core import schema
from crm_core.db import Store
from crm_core.staff import add_member
from ctiserver.asterisk import conf, install
from ctiserver.asterisk.passwords import passwords
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, InstallError, Refusal
from ctiserver.process.config_file import load, parse

PASSWORD_VARIABLE = "CTI_PASSWORD"


def upgrade_database(chosen: Namespace) -> None:
    """Makes the database or brings it up to date."""
    revision = schema.upgrade(load(chosen.config).database.url)
    print(f"the database has revision {revision}")


def add_user(chosen: Namespace) -> None:
    """Adds a user and, with an extension, the agent that he is: all of it or nothing."""
    config = load(chosen.config)
    with Store(config.database.url) as store:
        store.write(
            add_member,
            login=chosen.login,
            name=chosen.name or chosen.login,
            password=_password(),
            roles=frozenset(chosen.role),
            language=chosen.language,
            extension=chosen.extension,
            phone_uri=chosen.phone,
            skills=dict(chosen.skill),
            queues=dict(chosen.queue),
        )
    print(f"added {chosen.login}; a running server learns it by: ctiserver reload")


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
