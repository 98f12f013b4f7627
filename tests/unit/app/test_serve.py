"""One server per state directory."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ctiserver.app.serve import lock_state, specs
from ctiserver.core.config import Config, Installation, Speech
from ctiserver.core.errors import ConfigError


def config(folder: Path) -> Config:
    return replace(Config(), installation=Installation(state_dir=folder / "state"))


def test_a_second_server_on_a_state_directory_is_refused_with_the_process_of_the_first(
    tmp_path: Path,
) -> None:
    lock = lock_state(config(tmp_path))
    with pytest.raises(ConfigError) as refused:
        lock_state(config(tmp_path))
    [mistake] = refused.value.mistakes
    assert mistake.path == "installation.state_dir"
    assert f"is in use by process {os.getpid()}: stop that server first" in mistake.message
    os.close(lock)


def test_the_next_server_starts_once_the_first_has_ended(tmp_path: Path) -> None:
    os.close(lock_state(config(tmp_path)))
    os.close(lock_state(config(tmp_path)))


def test_a_child_that_yields_to_the_others_gets_more_time_before_it_counts_as_hung(tmp_path: Path) -> None:
    named = {spec.name: spec for spec in specs(config(tmp_path), tmp_path / "ctiserver.toml")}
    calls, jobs = named["calls"], named["jobs"]
    assert (calls.name, calls.niceness, calls.hung_after_seconds) == ("calls", 0, 3)
    assert (jobs.name, jobs.niceness, jobs.hung_after_seconds) == ("jobs", 10, 30)


def test_each_language_with_a_speech_model_gets_its_recognisers(tmp_path: Path) -> None:
    (tmp_path / "state/speech/es/am").mkdir(parents=True)
    (tmp_path / "state/speech/es/am/final.mdl").touch()
    of_es = replace(config(tmp_path), speech=Speech(workers=2))
    names = [spec.name for spec in specs(of_es, tmp_path / "ctiserver.toml")]
    assert names[-2:] == ["speech-es-0", "speech-es-1"]
    off = replace(of_es, speech=Speech(enabled=False))
    assert not any(spec.name.startswith("speech") for spec in specs(off, tmp_path / "ctiserver.toml"))
