"""The command line: what it says, and with which status it ends."""

from pathlib import Path

import pytest

from crm_core import agents, configuration, schema
from crm_core.db import Store
from ctiserver.app import cli
from ctiserver.app.cli_parser import pair, parser

FILE = '[installation]\nname = "clitest"\nstate_dir = "state"\n'


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    file = tmp_path / "ctiserver.toml"
    file.write_text(FILE)
    return file


def run(config_file: Path, *words: str) -> int:
    return cli.main(["--config", str(config_file), *words])


def test_help_names_every_command_for_people_and_none_of_the_parts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    for command in (
        "serve",
        "demo",
        "watch",
        "agent",
        "reload",
        "doctor",
        "db",
        "user",
        "asterisk",
        "ivr",
        "speech",
    ):
        assert f"\n    {command} " in said
    assert "calls" not in said.split("commands:")[1].split("serve")[0]
    assert "\n    jobs" not in said


def test_the_configuration_may_be_named_before_or_after_the_command() -> None:
    assert parser().parse_args(["--config", "a.toml", "serve"]).config == Path("a.toml")
    assert parser().parse_args(["calls", "--config", "a.toml"]).config == Path("a.toml")
    assert parser().parse_args(["serve"]).config == Path("ctiserver.toml")


def test_every_mistake_of_the_configuration_is_a_line_and_a_start_is_refused(
    config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config_file.write_text(FILE + "[asterisk]\nsip_prt = 1\nami_port = 0\n")
    assert run(config_file, "serve") == 78
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "asterisk.sip_prt: is unknown; did you mean sip_port?" in lines[0]
    assert "asterisk.ami_port" in lines[1]


def test_a_missing_configuration_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nowhere.toml", "reload") == 1
    assert "nowhere.toml: cannot be read" in capsys.readouterr().err


def test_a_database_of_another_release_refuses_the_start(
    config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config_file.parent / "state").mkdir()
    assert run(config_file, "serve") == 78
    assert "run: ctiserver db upgrade" in capsys.readouterr().err


def test_upgrading_twice_is_harmless(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config_file, "db", "upgrade") == 0
    assert run(config_file, "db", "upgrade") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


@pytest.fixture
def database(config_file: Path) -> str:
    url = f"sqlite:///{config_file.parent}/state/cti.sqlite"
    schema.upgrade(url)
    return url


def test_an_agent_is_added_with_phone_and_queue_or_not_at_all(
    config_file: Path, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CTI_PASSWORD", "long enough")
    words = ["user", "add", "ann", "--extension", "1001", "--phone", "sip:1001@127.0.0.1:5070"]
    assert run(config_file, *words, "--queue", "nowhere") == 1
    assert "no queue nowhere" in capsys.readouterr().err
    assert run(config_file, *words) == 0
    assert run(config_file, *words) == 1
    with Store(database) as store:
        [phone] = store.read(agents.phones)
        assert (phone.extension, phone.uri) == ("1001", "sip:1001@127.0.0.1:5070")
        assert [agent.key for agent in store.read(configuration.tables).agents] == ["ann"]


def test_a_short_password_and_a_user_without_a_role_are_refused(
    config_file: Path, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CTI_PASSWORD", "short")
    assert run(config_file, "user", "add", "sue", "--role", "supervisor") == 1
    monkeypatch.setenv("CTI_PASSWORD", "long enough")
    assert run(config_file, "user", "add", "sue") == 1
    assert run(config_file, "user", "add", "sue", "--skill", "es=100") == 1
    said = capsys.readouterr().err
    assert "at least 8 characters" in said
    assert "a role such as supervisor" in said
    assert "give an extension" in said


def test_a_flow_with_mistakes_is_named_with_its_lines(
    config_file: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = config_file.parent / "bad.toml"
    flow.write_text('name = "bad"\nstart = "away"\n')
    assert run(config_file, "ivr", "check", str(flow), str(config_file.parent / "none.toml")) == 1
    said = capsys.readouterr().err
    assert f"{flow}:2: start names the node 'away', which there is not" in said
    assert "none.toml: cannot be read" in said


def test_without_a_server_a_request_says_how_to_start_one(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ctiserver.app.bus_client.PATIENCE_SECONDS", 0.05)
    assert run(config_file, "agent", "ann", "status", "available") == 1
    assert run(config_file, "watch", "--once") == 1
    assert capsys.readouterr().err.count("start it: ctiserver serve") == 2


def test_a_key_may_have_a_number() -> None:
    assert (pair("es=100"), pair("sales")) == (("es", 100), ("sales", 0))
    with pytest.raises(SystemExit) as ended:
        cli.main(["user", "add", "ann", "--skill", "es=good"])
    assert ended.value.code == 2
