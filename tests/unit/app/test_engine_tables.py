from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_core import schema
from crm_core.db import Store
from crm_core.queues import add_queue
from ctiserver.app.engine_tables import read_documents, read_tables
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError
from ctiserver.process.config_file import parse

FLOW = """
name = "main"
start = "operator"

[node.operator]
type = "queue"
queue = "servicio"
"""
SURVEY = """
name = "satisfaction"
invitation = "survey-invitation"
thanks = "survey-thanks"

[[question]]
key = "satisfaction"
prompt = "survey-satisfaction"
keys = { 1 = 1 }
"""
NUMBERS = [
    {"did": "+56221234567"},
    {"did": "+56221234568", "language": "en"},
    {"did": "+56221234569", "emergency": True},
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database with one queue that records and asks."""
    url = f"sqlite:///{tmp_path}/crm.sqlite"
    schema.upgrade(url)
    with Store(url) as opened:
        opened.write(_add_queue)
        yield opened


def _add_queue(session: Any) -> None:
    add_queue(session, 1, "servicio", "Servicio", skills={}, survey="satisfaction")


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A folder with one flow and one survey."""
    folder = tmp_path / "flows"
    (folder / "surveys").mkdir(parents=True)
    (folder / "main.toml").write_text(FLOW)
    (folder / "surveys/satisfaction.toml").write_text(SURVEY)
    return folder


def config(folder: Path, **content: Any) -> Config:
    content.setdefault("asterisk", {"fallback": {"emergency_number": "sip:emergency@127.0.0.1"}})
    return parse(content, folder=folder, environ={})


def complaints(error: pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return [str(mistake) for mistake in error.value.mistakes]


def test_a_number_knows_its_flow_its_language_and_whether_it_is_an_emergency_line(
    tmp_path: Path, store: Store, flows: Path
) -> None:
    _, tables = read_tables(config(tmp_path, numbers=NUMBERS), store)
    told = [(number.did, number.flow, number.language, number.emergency) for number in tables.numbers]
    assert told == [
        ("+56221234567", "main", "es", False),
        ("+56221234568", "main", "en", False),
        ("+56221234569", "main", "es", True),
    ]


def test_without_numbers_every_number_that_is_dialled_leads_to_the_main_flow(
    tmp_path: Path, store: Store, flows: Path
) -> None:
    _, tables = read_tables(config(tmp_path), store)
    assert [(number.did, number.flow) for number in tables.numbers] == [("*", "main")]


def test_the_file_says_what_holds_for_all_calls(tmp_path: Path, store: Store, flows: Path) -> None:
    _, tables = read_tables(
        config(
            tmp_path,
            calls={"look_up_deadline_seconds": 0.5},
            asterisk={"waiting_fuse_seconds": 10, "fuse_refresh_seconds": 3, "talk_fuse_seconds": 600},
            classes={"unknown": "B"},
        ),
        store,
    )
    timing = tables.timing
    assert timing.look_up_deadline_seconds == 0.5
    assert (timing.waiting_fuse_seconds, timing.fuse_refresh_seconds) == (10, 3)
    assert timing.talk_fuse_seconds == 600
    assert tables.unknown_class == "B"


def test_a_fuse_burns_sixty_seconds_and_is_renewed_twice_before_it_is_down(
    tmp_path: Path, store: Store, flows: Path
) -> None:
    _, tables = read_tables(config(tmp_path), store)
    assert (tables.timing.waiting_fuse_seconds, tables.timing.fuse_refresh_seconds) == (60, 20)


def test_limits_of_dialing_are_none_where_the_file_says_nothing(
    tmp_path: Path, store: Store, flows: Path
) -> None:
    dialing = read_tables(config(tmp_path), store)[1].dialing
    assert (dialing.clicks_only, dialing.lines, dialing.caller_lines_per_second) == (False, None, None)
    limited = {"clicks_only": True, "lines": 30, "caller_lines_per_second": 2}
    dialing = read_tables(config(tmp_path, dialing=limited), store)[1].dialing
    assert (dialing.clicks_only, dialing.lines, dialing.caller_lines_per_second) == (True, 30, 2)


def test_recordings_and_surveys_can_be_turned_off_for_all_queues(
    tmp_path: Path, store: Store, flows: Path
) -> None:
    _, usual = read_tables(config(tmp_path), store)
    assert [(queue.record, queue.survey) for queue in usual.queues] == [(True, "satisfaction")]
    _, off = read_tables(config(tmp_path, recording={"enabled": False}, survey={"enabled": False}), store)
    assert [(queue.record, queue.survey) for queue in off.queues] == [(False, None)]


def test_the_version_changes_with_the_tables_and_only_with_them(
    tmp_path: Path, store: Store, flows: Path
) -> None:
    first, _ = read_tables(config(tmp_path), store)
    again, _ = read_tables(config(tmp_path), store)
    (flows / "main.toml").write_text(FLOW + "\n# another opinion\n")
    changed, _ = read_tables(config(tmp_path), store)
    assert first == again != changed


def test_every_mistake_of_every_flow_and_survey_is_told_at_once(
    tmp_path: Path, store: Store, flows: Path
) -> None:
    (flows / "main.toml").write_text(FLOW.replace("servicio", "ventas"))
    (flows / "other.toml").write_text(FLOW.replace('start = "operator"', 'start = "nowhere"'))
    (flows / "surveys/satisfaction.toml").write_text(SURVEY.replace("survey-thanks", "no-such-prompt"))
    numbers = [{"did": "+56221234567"}, {"did": "+56221234568", "flow": "absent"}]
    with pytest.raises(ConfigError) as error:
        read_tables(config(tmp_path, numbers=numbers), store)
    told = complaints(error)
    assert any("main.toml:7" in line and "ventas" in line for line in told)
    assert any("other.toml:3" in line and "nowhere" in line for line in told)
    assert any("satisfaction.toml:4" in line and "no-such-prompt" in line for line in told)
    assert any(line.startswith("numbers[2].flow") and "absent.toml" in line for line in told)


def test_a_flow_with_a_mistake_is_not_called_missing(tmp_path: Path, flows: Path) -> None:
    (flows / "main.toml").write_text("name = ")
    with pytest.raises(ConfigError) as error:
        read_documents(config(tmp_path), {"servicio"})
    assert len(error.value.mistakes) == 1


def test_a_file_in_another_encoding_is_named(tmp_path: Path, flows: Path) -> None:
    (flows / "main.toml").write_bytes(FLOW.encode() + b"# Buz\xf3n\n")
    with pytest.raises(ConfigError, match=r"main\.toml: is not UTF-8"):
        read_documents(config(tmp_path), {"servicio"})


def test_an_installation_without_a_flow_says_which_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"numbers\[1\]\.flow: there is no flow 'main': write .*main\.toml"):
        read_documents(config(tmp_path), set())
