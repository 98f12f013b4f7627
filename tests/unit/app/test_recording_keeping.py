"""Recordings are compressed, hashed and deleted; whatever dies in between, none is lost."""

import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.privacy.files import RECORDING, FileName, paths
from crm_core.queues import add_queue
from crm_core.recordings import Recording
from ctiserver.app import doctor_recordings
from ctiserver.app.recording_files import PIECES
from ctiserver.app.recording_keeping import RecordingKeeping
from ctiserver.core.config import Config, Database, Installation
from ctiserver.process import folders
from ctiserver.process.personal_files import personal_files

RATE, TONE = 8000, 440.0


@pytest.fixture
def config(tmp_path: Path) -> Config:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    made = Config(installation=Installation(state_dir=tmp_path / "state"), database=Database(url=url))
    folders.recordings_dir(made).mkdir(parents=True)
    return made


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with Store(config.database.url) as opened:
        opened.write(lambda session: add_queue(session, 1, "q", "Q", skills={}, keep_recordings_days=30))
        yield opened


def recorded(store: Store, config: Config, name: str = "rec-1", content: bytes | None = None) -> Path:
    """A talk whose second half is a tone."""

    def furnish(session: Session) -> None:
        session.add(
            Interaction(
                id=f"of-{name}",
                account_id=1,
                ani="",
                did="",
                arrived_at=1.0,
                last_epoch=0,
                last_seq=0,
                last_n=0,
            )
        )
        session.add(
            Recording(
                name=name,
                account_id=1,
                interaction_id=f"of-{name}",
                segment=1,
                queue="q",
                recorded_at=1.0,
                seconds=4.0,
            )
        )

    store.write(furnish)
    file = folders.recordings_dir(config) / f"{name}.wav"
    if content is not None:
        file.write_bytes(content)
    else:
        tone = 0.5 * np.sin(2 * np.pi * TONE * np.arange(2 * RATE) / RATE)
        soundfile.write(file, np.concatenate([np.zeros(2 * RATE), tone]), RATE, subtype="PCM_16")
    return file


def state(store: Store, name: str = "rec-1") -> Recording:
    return store.read(lambda session: session.scalars(select(Recording).where(Recording.name == name)).one())


def test_a_talk_is_heard_from_the_compressed_file_and_the_switchs_own_is_gone(
    store: Store, config: Config
) -> None:
    wav = recorded(store, config)
    size = wav.stat().st_size
    assert RecordingKeeping(store, config, lambda: 2.0).turn() is False
    kept = folders.kept_recording(config, "rec-1")
    assert not wav.exists()
    heard, rate = soundfile.read(kept)
    assert (rate, len(heard)) == (RATE, 4 * RATE)
    quiet, loud = heard[: 2 * RATE - 400], heard[2 * RATE + 400 :]
    assert np.abs(quiet).max() < 0.05 < 0.3 < np.abs(loud).max()
    spectrum = np.abs(np.fft.rfft(loud))
    assert abs(float(spectrum.argmax()) * RATE / len(loud) - TONE) < 5
    row = state(store)
    assert (row.state, row.size_bytes) == ("kept", kept.stat().st_size)
    assert row.size_bytes < size / 3
    assert row.sha256 == sha256(kept.read_bytes()).hexdigest()
    assert len(row.peaks) == PIECES
    assert (max(row.peaks[: PIECES // 2 - 2]), min(row.peaks[PIECES // 2 + 2 :])) == (0, 50)


def test_a_death_before_the_row_is_written_compresses_it_again(
    store: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    wav = recorded(store, config)

    def die(*_of: object) -> None:
        raise KeyboardInterrupt

    keeping = RecordingKeeping(store, config, lambda: 2.0)
    with monkeypatch.context() as patch:
        patch.setattr("crm_core.db.Store.write", die)
        with pytest.raises(KeyboardInterrupt):
            keeping.turn()
    assert wav.exists()
    assert state(store).state == "recorded"
    RecordingKeeping(store, config, lambda: 2.0).turn()
    assert (wav.exists(), state(store).state) == (False, "kept")


def test_a_full_disk_leaves_the_file_as_it_is(
    store: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    wav = recorded(store, config)

    def full(_source: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    keeping = RecordingKeeping(store, config, lambda: 2.0)
    with monkeypatch.context() as patch:
        patch.setattr("ctiserver.app.recording_keeping.compress", full)
        with pytest.raises(OSError, match="No space"):
            keeping.turn()
    assert wav.exists()
    assert RecordingKeeping(store, config, lambda: 2.0).turn() is False
    assert state(store).state == "kept"


def test_a_file_that_is_no_sound_is_given_up_and_stays_and_one_that_is_not_there_is_lost(
    store: Store, config: Config
) -> None:
    rubbish = recorded(store, config, "rec-2", b"no sound")
    recorded(store, config, "rec-3").unlink()
    keeping = RecordingKeeping(store, config, lambda: 2.0)
    for _ in range(3):
        keeping.turn()
    assert (state(store, "rec-2").state, state(store, "rec-3").state) == ("lost", "lost")
    assert rubbish.exists()
    assert not list(folders.kept_recordings_dir(config).rglob("*.part"))


def test_it_is_deleted_when_its_time_is_over_and_an_erasure_finds_it_before(
    store: Store, config: Config
) -> None:
    recorded(store, config)
    now = 2.0
    keeping = RecordingKeeping(store, config, lambda: now)
    keeping.turn()
    kept = folders.kept_recording(config, "rec-1")
    assert paths(personal_files(config), FileName(RECORDING, "rec-1")) == [kept]
    now = 31 * 86_400.0
    keeping.turn()
    assert (kept.exists(), state(store).state) == (False, "expired")


def test_the_doctor_says_what_they_take_and_warns_before_the_disk_is_full(
    store: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [found.says for found in doctor_recordings.kept(config)] == ["0 kept in 0.0 GB"]
    recorded(store, config)
    RecordingKeeping(store, config, lambda: 2.0).turn()
    row = update(Recording).values(recorded_at=time.time(), size_bytes=7_000_000_000)
    store.write(lambda session: session.execute(row))
    for free, mark in ((100_000_000_000, "ok"), (10_000_000_000, "WARN")):
        monkeypatch.setattr("shutil.disk_usage", lambda _of, free=free: SimpleNamespace(free=free))
        [found] = doctor_recordings.kept(config)
        assert str(found.mark) == mark
        assert f"lasts {free // 1_000_000_000} days" in found.says
