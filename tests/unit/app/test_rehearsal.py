"""A journalled day again: by the same version nothing differs, with another profile what differs is told."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import random_walk
from journalled import journal

from ctiserver.app.cli_rehearse import as_json, as_text, read_profile
from ctiserver.app.recorded_day import RecordedDay, recorded_day
from ctiserver.app.rehearsal import rehearse, same_version
from ctiserver.app.rehearsal_task import changed_queues
from ctiserver.core import events as e
from ctiserver.core.errors import ConfigError
from ctiserver.core.wire import encode
from ctiserver.journal.line import Derived, Entry, Line


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return journal(random_walk.walk(2, 1500))


@pytest.fixture(scope="module")
def day(lines: list[Line]) -> RecordedDay:
    found = recorded_day(lines, 0.0, 1e9)
    assert found is not None
    return found


def test_the_same_version_decides_alike_and_another_one_is_found_out(lines: list[Line]) -> None:
    same = same_version(lines, "test-1")
    assert same.entries == sum(isinstance(line, Entry) for line in lines) > 1000
    assert same.differing == []
    place = next(
        place for place, line in enumerate(lines) if isinstance(line, Derived) and b"OfferMade" in line.body
    )
    changed = lines.copy()
    offer: Any = lines[place]
    changed[place] = Derived(offer.seq, offer.n, 1, offer.at, offer.body.replace(b"OfferMade", b"OfferLost"))
    assert same_version(changed, "test-1").differing == [offer.seq]


def test_what_the_journal_tells_is_what_happened(lines: list[Line], day: RecordedDay) -> None:
    events = [line.body for line in lines if isinstance(line, Derived)]
    answered = sum(b'"type":"ContactConnected"' in body for body in events)
    served = [one for one in day.went.values() if one.agent]
    assert 10 < len(served) <= answered
    assert len(day.went) == len(day.calls)
    assert all(call.service_seconds >= 0 and call.patience_seconds >= 0 for call in day.calls)
    classes: dict[str, set[str]] = {}
    for call in day.calls:
        classes.setdefault(call.contact.partition(" ")[0], set()).add(call.value_class)
    again = [its for its in classes.values() if len(its) > 1]
    assert all("" not in its for its in again), "he keeps his class in a second queue"


def test_with_nothing_changed_nothing_differs_and_with_a_head_start_it_does(day: RecordedDay) -> None:
    unchanged = rehearse(day, {})
    assert unchanged.differences == ()
    assert unchanged.before == unchanged.after
    queues = {
        one.key: msgspec.structs.replace(one, head_start_seconds={"C": 1e6}, slope={}, ceiling_seconds=None)
        for one in day.tables.queues
    }
    found = rehearse(day, queues)
    assert found.differences
    text = as_text(found, None)
    assert f"{len(found.differences)} contacts would have gone otherwise" in text
    assert "assumed to behave as recorded" in text
    assert as_json(found, None)["recorded"][""]["calls"] == len(day.calls)


def test_a_profile_names_queues_of_that_day(tmp_path: Path, day: RecordedDay) -> None:
    file, keys = tmp_path / "profile.toml", {str(queue.key) for queue in day.tables.queues}
    file.write_text("[queues.service]\nceiling_seconds = 60.0\n[queues.service.slope]\nA = 4.0\n")
    (changed,) = changed_queues(day.tables.queues, read_profile(file, keys)).values()
    assert (changed.ceiling_seconds, changed.slope, changed.key) == (60.0, {"A": 4.0}, "service")
    file.write_text("[queues.service.slope]\nA = 4.0\n")
    had = [msgspec.structs.replace(one, ceiling_seconds=900.0) for one in day.tables.queues]
    (changed,) = changed_queues(tuple(had), read_profile(file, keys)).values()
    assert changed.ceiling_seconds == 900.0
    file.write_text("[queues.service]\nceiling_seconds = inf\n")
    (changed,) = changed_queues(tuple(had), read_profile(file, keys)).values()
    assert changed.ceiling_seconds is None
    file.write_text("[queues.nowhere]\n")
    with pytest.raises(ConfigError, match="no such queue"):
        read_profile(file, keys)
    file.write_text("[queues.service]\nheadstart = 1\n")
    with pytest.raises(ConfigError, match="headstart"):
        read_profile(file, keys)
    file.write_text("[queues.service]\nceiling_seconds = 0.0\n[queues.service.slope]\nA = 0.0\n")
    with pytest.raises(ConfigError) as wrong:
        read_profile(file, keys)
    assert [one.path.partition(": ")[2] for one in wrong.value.mistakes] == [
        "queues.service.slope",
        "queues.service.ceiling_seconds",
    ]


def test_without_a_configuration_there_is_nothing_to_rehearse() -> None:
    ended = e.AgentStatusChanged(at=1.0, agent="ann", status="available", reason="", by="ann")  # type: ignore[arg-type]
    assert recorded_day([Derived(1, 1, 1, 1.0, encode(ended))], 0.0, 9.0) is None
