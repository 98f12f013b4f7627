from pathlib import Path

from crm_core import schema
from crm_core.db import Store
from crm_core.reader_positions import EventId, advance


def test_a_new_file_and_what_lies_beside_it_is_its_owners_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/cti.sqlite"
    schema.upgrade(url)
    with Store(url) as store:
        store.write(advance, "reader", EventId(1, 1, 1))
        files = list((tmp_path / "new").iterdir())
        assert len(files) > 1
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
