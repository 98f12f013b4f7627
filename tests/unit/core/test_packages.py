"""What an installed package would hold."""

import configparser
from pathlib import Path

_REPOSITORY = Path(__file__).parents[3]
_TOP = (
    *("ctiserver", "ivr", "acd", "dialer", "crm_core", "agent_console"),
    *("asterisk_config", "sounds"),
)


def test_every_package_of_the_product_is_listed_in_setup_cfg() -> None:
    settings = configparser.ConfigParser()
    settings.read(_REPOSITORY / "setup.cfg")
    listed = set(settings["options"]["packages"].split())
    there = {
        ".".join(file.parent.relative_to(_REPOSITORY).parts)
        for top in _TOP
        for file in (_REPOSITORY / top).rglob("__init__.py")
    }
    assert there == listed
