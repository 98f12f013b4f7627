"""`ctiserver tls`, and what the doctor says of certificates."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from ctiserver.app import cli, doctor_tls
from ctiserver.app.doctor_finding import Mark
from ctiserver.core.config import Config, Console
from ctiserver.process import certificates, tls_files
from ctiserver.process.config_file import load

DAY = 86400.0


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setattr("ctiserver.asterisk.install.installed", lambda _config: None)
    monkeypatch.setattr("ctiserver.asterisk.run.installed", lambda _config: None)
    (tmp_path / "ctiserver.toml").write_text('[console]\naddress = "192.0.2.10"\n')
    return load(tmp_path / "ctiserver.toml")


def tls(config: Config, *words: str) -> int:
    """What `ctiserver tls ...` returns."""
    file = config.flows.directory.parent / "ctiserver.toml"
    return cli.main(["--config", str(file), "tls", *words])


def test_our_own_certificate_is_made_and_renewed_under_the_same_authority(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tls(config, "show") == 1
    assert tls(config, "own", "--name", "center.example", "--address", "192.0.2.10") == 0
    first, authority = tls_files.served(config), tls_files.authority_pem(config)
    assert first
    assert first.authority
    assert not first.given
    assert set(first.certificate.names) == {"center.example", "192.0.2.10", "localhost", "127.0.0.1", "::1"}
    assert "restart ctiserver serve" in capsys.readouterr().out
    assert tls(config, "own") == 0
    second = tls_files.served(config)
    assert second
    assert second.certificate.fingerprint != first.certificate.fingerprint
    assert set(second.certificate.names) == set(first.certificate.names)
    assert tls_files.authority_pem(config) == authority
    assert "within seconds" in capsys.readouterr().out
    assert tls(config, "show") == 0
    assert str(second.authority.fingerprint if second.authority else None) in capsys.readouterr().out


def test_a_new_authority_is_made_only_when_it_is_asked_for(config: Config) -> None:
    tls(config, "own", "--name", "center.example")
    before = tls_files.authority_pem(config)
    tls(config, "own", "--new-authority")
    after, served = tls_files.authority_pem(config), tls_files.served(config)
    assert after != before
    assert served
    assert served.authority == certificates.facts(after or b"")


def test_keys_are_readable_by_their_owner_only(config: Config) -> None:
    tls(config, "own", "--name", "center.example")
    folder = tls_files.server_file(config).parent
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"server.pem": 0o600, "ca-key.pem": 0o600, "ca.pem": 0o644}


def test_names_are_needed_and_mistakes_in_them_are_told(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tls(config, "own") == 1
    assert "--name HOST or --address IP" in capsys.readouterr().err
    assert tls(config, "own", "--name", "https://a", "--name", "b c") == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert not tls_files.is_on(config)


def test_a_given_certificate_is_examined_before_it_is_taken(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import time

    authority = certificates.new_authority("A company's", time.time())
    good = certificates.new_certificate(authority, ["center.example"], time.time())
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.write_bytes(good.certificate)
    key.write_bytes(authority.key)
    assert tls(config, "use", str(certificate), str(key), "--name", "other.example") == 1
    said = capsys.readouterr().err
    assert "the key is not this certificate's" in said
    assert "not valid for other.example" in said
    assert tls(config, "use", str(certificate), str(tmp_path / "none")) == 1
    assert "name an existing file" in capsys.readouterr().err
    assert not tls_files.is_on(config)
    key.write_bytes(good.key)
    assert tls(config, "use", str(certificate), str(key)) == 0
    assert "append the intermediate" in capsys.readouterr().out
    served = tls_files.served(config)
    assert served
    assert served.given


def test_the_doctor_counts_the_days(config: Config) -> None:
    [none] = doctor_tls.judge_certificate(config, 0.0)
    assert none.mark is Mark.FAIL
    assert "ctiserver tls own" in none.says
    local = replace(config, console=Console())
    assert [found.mark for found in doctor_tls.judge_certificate(local, 0.0)] == [Mark.OK]
    tls(config, "own", "--name", "center.example")
    served = tls_files.served(config)
    assert served
    ends_at = served.certificate.not_after
    marks = {
        days: next(doctor_tls.judge_certificate(config, ends_at - days * DAY)).mark for days in (31, 29, -1)
    }
    assert marks == {31: Mark.OK, 29: Mark.WARN, -1: Mark.FAIL}
    tls_files.server_file(config).write_text("nonsense")
    assert next(doctor_tls.judge_certificate(config, ends_at)).mark is Mark.FAIL


def test_the_doctor_looks_at_what_is_really_served(config: Config) -> None:
    silent = replace(config, console=replace(config.console, address="127.0.0.1", tls_port=1))
    tls(config, "own", "--name", "center.example")
    says = [found.says for found in doctor_tls.certificate(silent)]
    assert any("console does not answer on port 1" in said and "ctiserver serve" in said for said in says)
