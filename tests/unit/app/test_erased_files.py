"""Files of people who were erased go, whatever died in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core import schema
from crm_core.db import Store
from crm_core.privacy import erasure
from crm_core.privacy.erasure import Erasure
from crm_core.privacy.files import Folders
from ctiserver.app.erased_files import ErasedFiles


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        yield opened


def test_each_file_goes_and_what_cannot_be_removed_is_tried_again(store: Store, tmp_path: Path) -> None:
    places = Folders(
        attachments=tmp_path / "attachments",
        recordings=tmp_path / "recordings",
        kept_recordings=tmp_path / "kept",
        imports=tmp_path / "imports",
        names=tmp_path / "names",
    )
    content = places.attachments / "1" / "ab" / "abcd"
    other, stubborn = places.recordings / "rec-10.wav", places.recordings / "rec-1.folder"
    spoken = places.names / "es" / "aromos.wav"
    for path in (content, spoken, places.recordings / "rec-1.wav", other, tmp_path / "secret"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    stubborn.mkdir()  # nobody can unlink a folder
    names = [["attachment", "1/abcd"], ["recording", "rec-1"], ["import", "../secret"], ["name", "es/aromos"]]
    row = Erasure(account_id=1, customer_id=1, at=1.0, by="boss", ground="asked", counts={}, files_left=names)
    store.write(lambda session: session.add(row))
    chore = ErasedFiles(store, places)
    assert chore.turn(9.0) is False
    assert not content.exists()
    assert not spoken.exists()
    (left,) = store.read(erasure.with_files_left)
    assert left.files_left == [["recording", "rec-1"]]
    stubborn.rmdir()
    (places.recordings / "rec-1.wav").write_bytes(b"x")
    chore.turn(10.0)
    assert [path.name for path in places.recordings.iterdir()] == ["rec-10.wav"]
    assert (tmp_path / "secret").exists()
    assert store.read(erasure.with_files_left) == []
