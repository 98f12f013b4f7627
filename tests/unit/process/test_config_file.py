from pathlib import Path
from typing import Any

import pytest

from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError
from ctiserver.process.config_file import load, parse

FOLDER = Path("/etc/cti")


def read(content: dict[str, Any], **environ: str) -> Config:
    return parse(content, folder=FOLDER, environ=environ)


def mistakes(content: dict[str, Any], **environ: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        read(content, **environ)
    return {mistake.path: mistake.message for mistake in caught.value.mistakes}


def test_an_empty_file_is_a_working_installation() -> None:
    config = read({})
    assert config.installation.name == "cti"
    assert config.installation.state_dir == FOLDER / "var/cti"
    assert config.asterisk.install_dir == FOLDER / "var/asterisk"
    assert config.flows.directory == FOLDER / "flows"
    assert (config.prompts.directory / "manifest.toml").is_file()
    assert config.database.url == "sqlite:////etc/cti/var/cti/cti.sqlite"
    assert config.asterisk.address == "127.0.0.1"


def test_the_state_directory_bears_the_installations_name() -> None:
    assert read({"installation": {"name": "north"}}).installation.state_dir == FOLDER / "var/north"


def test_an_absolute_path_stays() -> None:
    assert read({"installation": {"state_dir": "/srv/cti"}}).asterisk_dir == Path("/srv/cti/asterisk")


def test_tables_and_lists_of_tables_are_read() -> None:
    config = read(
        {
            "asterisk": {
                "sip_port": 5070,
                "fallback": {"endpoints": ["PJSIP/1001", "sip:desk@192.0.2.7"]},
                "trunks": [{"name": "pstn", "match": ["192.0.2.0/28"], "host": "192.0.2.1"}],
            },
            "numbers": [{"did": "+56221234567", "language": "en"}, {"did": "600", "emergency": False}],
            "classes": {"head_start_seconds": {"GOLD": 60, "OTHER": 0}, "unknown": "OTHER"},
        }
    )
    assert config.asterisk.trunks[0].match == ("192.0.2.0/28",)
    assert [config.language_of(number) for number in config.numbers] == ["en", "es"]
    assert config.classes.head_start_seconds == {"GOLD": 60.0, "OTHER": 0.0}


def test_secrets_come_from_the_environment_and_are_not_shown() -> None:
    trunk = {"name": "pstn", "host": "192.0.2.1", "username": "we", "password_env": "CTI_PSTN"}
    config = read({"asterisk": {"trunks": [trunk]}}, CTI_PSTN="hush", CTI_DATABASE_URL="postgresql://u:p@h/d")
    assert config.asterisk.trunks[0].password == "hush"
    assert config.database.url == "postgresql://u:p@h/d"
    assert "hush" not in repr(config)
    assert "u:p" not in repr(config)


def test_a_password_in_the_file_is_refused() -> None:
    trunk = {"name": "pstn", "host": "192.0.2.1", "password": "secret"}
    assert "asterisk.trunks[1].password" in mistakes({"asterisk": {"trunks": [trunk]}})


def test_all_mistakes_are_told_at_once_with_their_paths() -> None:
    found = mistakes(
        {
            "instalation": {},
            "installation": {"time_zone": "Mars/Olympus", "country": "QQ", "language": "fr", "name": "Ñandú"},
            "asterisk": {
                "sip_prt": 1,
                "http_port": "8088",
                "ami_port": 70000,
                "address": "localhost",
                "fuse_refresh_seconds": 50,
                "fallback": {"endpoints": ["1001"], "emergency_key": "99"},
            },
            "calls": {"ring_seconds": True},
            "recording": [],
            "survey": {"enabled": "yes"},
            "classes": {"unknown": "Z"},
        }
    )
    assert found["instalation"] == "is unknown; did you mean installation?"
    assert found["asterisk.sip_prt"] == "is unknown; did you mean sip_port?"
    assert set(found) == {
        "instalation",
        "installation.time_zone",
        "installation.country",
        "installation.language",
        "installation.name",
        "asterisk.sip_prt",
        "asterisk.http_port",
        "asterisk.ami_port",
        "asterisk.address",
        "asterisk.fuse_refresh_seconds",
        "asterisk.fallback.endpoints[1]",
        "asterisk.fallback.emergency_key",
        "calls.ring_seconds",
        "recording",
        "survey.enabled",
        "classes.unknown",
    }


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"asterisk": {"http_port": 5038}}, "asterisk.ami_port"),
        ({"asterisk": {"sip_port": 10001}}, "asterisk.sip_port"),
        ({"asterisk": {"rtp_first_port": 12000, "rtp_last_port": 12000}}, "asterisk.rtp_last_port"),
        ({"asterisk": {"trunks": [{"name": "a"}]}}, "asterisk.trunks[1]"),
        ({"asterisk": {"trunks": [{"name": "a", "match": ["here"]}]}}, "asterisk.trunks[1].match"),
        (
            {"asterisk": {"trunks": [{"name": "a", "host": "h", "username": "u"}]}},
            "asterisk.trunks[1].password_env",
        ),
        (
            {"asterisk": {"trunks": [{"name": "a", "host": "h"}, {"name": "a", "host": "h"}]}},
            "asterisk.trunks[2].name",
        ),
        ({"asterisk": {"fallback": {"emergency_number": "133"}}}, "asterisk.fallback.emergency_number"),
        ({"numbers": [{"did": "600", "emergency": True}]}, "asterisk.fallback.emergency_number"),
        ({"numbers": [{"did": "+5612"}]}, "numbers[1].did"),
        ({"numbers": [{"did": "+56221234567"}, {"did": "56221234567"}]}, "numbers[2].did"),
        ({"numbers": [{"flow": "main"}]}, "numbers[1].did"),
        ({"calls": {"heartbeat_seconds": 2}}, "calls.hung_after_seconds"),
        ({"installation": {"state_dir": "/" + "x" * 100}}, "installation.state_dir"),
        ({"mail": {"host": "m"}}, "mail.sender"),
        ({"mail": {"host": "m", "sender": "a@b.cl", "user": "u"}}, "mail.password_env"),
        ({"mail": {"host": "m", "sender": "a@b.cl", "password_env": "CTI_NOT_SET"}}, "mail.password_env"),
        ({"dialing": {"trunk": "pstn"}}, "dialing.trunk"),
        ({"dialing": {"retry_seconds": {"rejected": 60}}}, "dialing.retry_seconds.rejected"),
    ],
)
def test_each_contradiction_is_told_where_it_can_be_mended(content: dict[str, Any], path: str) -> None:
    assert list(mistakes(content)) == [path]


def test_a_missing_file_and_a_torn_one_are_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="name an existing file"):
        load(tmp_path / "none.toml", {})
    (tmp_path / "bad.toml").write_text("[asterisk\n")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load(tmp_path / "bad.toml", {})


def test_turn_needs_a_secret_which_comes_from_the_environment() -> None:
    ice = {"servers": ["stun:stun.example", "turn:turn.example:3478?transport=udp"]}
    assert "name the variable" in mistakes({"console": {"ice": ice}})["console.ice.secret_env"]
    ice["secret_env"] = "CTI_TURN"  # type: ignore[assignment]
    assert "export it" in mistakes({"console": {"ice": ice}})["console.ice.secret_env"]
    assert read({"console": {"ice": ice}}, CTI_TURN="s").console.ice.secret == "s"
    assert "console.ice.servers[1]" in mistakes({"console": {"ice": {"servers": ["http://x"]}}})
    assert "console.ice.secret" in mistakes({"console": {"ice": {"secret": "in the file"}}})


def test_the_consoles_ports_and_asterisks_differ_and_its_address_is_one() -> None:
    assert "asterisk.wss_port" in mistakes({"console": {"tls_port": 8089}})["console.tls_port"]
    assert "no IP address" in mistakes({"console": {"address": "center.example"}})["console.address"]


def test_actions_of_other_programs_are_read_with_their_secrets_and_checked() -> None:
    action = {
        "name": "balance",
        "url": "https://erp.example/x",
        "outcomes": ["owes"],
        "secret_env": "CTI_ERP",
    }
    [read_action] = read({"actions": [action | {"gives": {"balance": "amount"}}]}, CTI_ERP="whsec_x").actions
    assert (read_action.secret, dict(read_action.gives)) == ("whsec_x", {"balance": "amount"})
    assert sorted(mistakes({"actions": [action, action | {"outcomes": [], "secret": "x"}]}, CTI_ERP="x")) == [
        "actions[2].secret"
    ]
    assert sorted(mistakes({"actions": [action, action | {"outcomes": []}]})) == [
        "actions[1].secret_env",
        "actions[2].name",
        "actions[2].outcomes",
        "actions[2].secret_env",
    ]
