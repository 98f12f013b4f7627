"""Each thing that may be broken gives its advice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ctiserver.app import cli, doctor, doctor_machine, doctor_server
from ctiserver.app.doctor_finding import Finding, Mark, fail, ok, warn
from ctiserver.core.config import Config
from ctiserver.core.errors import SwitchUnreachable
from ctiserver.core.ids import AgentKey
from ctiserver.core.live_rows import AgentView
from ctiserver.core.live_view import LiveView
from ctiserver.process.config_file import parse

NOW = 1_790_000_000.0


@pytest.fixture
def config(tmp_path: Path) -> Config:
    content = {
        "installation": {"name": "doctortest", "state_dir": "s"},
        "asterisk": {"sip_port": 1024, "http_port": 1025, "ami_port": 1026},
    }
    return parse(content, folder=tmp_path, environ={})


def only(findings: Iterator[Finding]) -> Finding:
    (found,) = findings
    return found


def test_a_failure_ends_with_status_1_and_a_warning_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.report([("a", ok("well")), ("b", warn("soon"))]) == 0
    assert doctor.report([("a", fail("now")), ("b", ok("well"))]) == 1
    said = capsys.readouterr()
    assert "WARN  b                 soon" in said.out
    assert "from the top" in said.err


def test_an_examination_that_breaks_does_not_stop_the_others(config: Config) -> None:
    def breaks(_config: Config) -> Iterator[Finding]:
        yield ok("half")
        raise SwitchUnreachable("no AMI; start it")

    found = list(doctor.examine(config, [("one", breaks), ("two", lambda _config: [ok("fine")])]))
    assert found == [("one", ok("half")), ("one", fail("no AMI; start it")), ("two", ok("fine"))]


def test_mistakes_of_the_configuration_are_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ctiserver.toml"
    file.write_text("[installation]\nnam = 1\n")
    assert cli.main(["--config", str(file), "doctor"]) == 1
    assert "FAIL  configuration     installation.nam" in capsys.readouterr().out


def test_without_asterisk_the_advice_is_to_install_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctiserver.asterisk.install.installed", lambda _config: None)
    assert only(doctor_server.installed(config)) == fail(
        "no Asterisk 22 here; run: ctiserver asterisk install"
    )
    assert only(doctor_server.prompts(config)).mark is Mark.WARN


def test_a_stopped_asterisk_is_noticed_on_every_way_to_it(config: Config) -> None:
    examinations = [("ami", doctor_server.ami), ("ari", doctor_server.ari), ("sip", doctor_server.sip_port)]
    found = list(doctor.examine(config, examinations))
    assert [name for name, _ in found] == ["ami", "ari", "sip"]
    assert all(finding.mark is Mark.FAIL for _, finding in found)
    assert all("ctiserver asterisk run" in finding.says for _, finding in found)


def test_few_rtp_ports_are_a_warning(tmp_path: Path) -> None:
    content = {"asterisk": {"rtp_first_port": 20000, "rtp_last_port": 20019}}
    small = parse(content, folder=tmp_path, environ={})
    assert only(doctor_server.rtp_ports(small)) == warn(
        "20000 to 20019 is room for 10 legs only; raise asterisk.rtp_last_port"
    )


def test_a_missing_redis_and_one_that_does_not_run_get_different_advice(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctiserver.app.bus_client.PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/redis-server")
    assert "ctiserver serve" in only(doctor_server.redis(config)).says
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert "apt-get install redis-server" in only(doctor_server.redis(config)).says


@pytest.mark.parametrize(
    ("view", "mark", "advice"),
    [
        (LiveView(switch_up=False), Mark.FAIL, "cannot reach Asterisk"),
        (LiveView(switch_up=True, journal_ok=False), Mark.FAIL, "make room"),
        (LiveView(switch_up=True), Mark.WARN, "ctiserver user add"),
        (
            LiveView(switch_up=True, agents={AgentKey("a"): AgentView(agent=AgentKey("a"))}),
            Mark.OK,
            "1 agents",
        ),
    ],
)
def test_a_running_server_tells_what_it_lacks(
    config: Config, view: LiveView, mark: Mark, advice: str
) -> None:
    found = only(doctor_server.judge_live(view, config))
    assert found.mark is mark
    assert advice in found.says


def test_a_database_without_tables_is_to_be_upgraded(config: Config) -> None:
    config.installation.state_dir.mkdir(parents=True)
    assert "ctiserver db upgrade" in only(doctor_server.database(config)).says


def test_the_clock_must_be_sensible_and_kept(tmp_path: Path) -> None:
    assert only(doctor_machine.judge_clock(0.0, None, True)).mark is Mark.FAIL
    assert "120 s behind" in only(doctor_machine.judge_clock(NOW, NOW + 120, True)).says
    assert "chrony" in only(doctor_machine.judge_clock(NOW, NOW, False)).says
    assert only(doctor_machine.judge_clock(NOW, None, True)).mark is Mark.OK
    assert doctor_machine.newest_write(tmp_path / "nothing") is None


def test_a_full_disk_is_a_failure_and_a_filling_one_a_warning(tmp_path: Path) -> None:
    marks = [doctor_machine.judge_disk(tmp_path, free).mark for free in (1 << 20, 1 << 30, 1 << 40)]
    assert marks == [Mark.FAIL, Mark.WARN, Mark.OK]


def test_few_open_files_are_a_warning() -> None:
    assert "LimitNOFILE" in doctor_machine.judge_open_files(1024).says
    assert doctor_machine.judge_open_files(20_000).mark is Mark.OK
    assert doctor_machine.judge_open_files(-1).mark is Mark.OK
