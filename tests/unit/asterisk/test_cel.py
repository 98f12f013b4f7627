import json
from pathlib import Path

import pytest

from ctiserver.asterisk.call_log import channel_logs, missed, unseen
from ctiserver.asterisk.cel import CelPart, put_aside, read, read_all


def line(event: str, at: float, channel: str, **more: str) -> bytes:
    return json.dumps({"eventtype": event, "eventtime": str(at), "uniqueid": channel} | more).encode() + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cel.json"


def events(part: CelPart) -> list[str]:
    return [record.eventtype for _, record in part.records]


def test_reading_goes_on_where_it_stopped(file: Path) -> None:
    file.write_bytes(line("CHAN_START", 1, "a"))
    first = read(file, 0, 0)
    with file.open("ab") as end:
        end.write(line("HANGUP", 2.5, "a"))
    second = read(file, first.inode, first.offset)
    assert (events(first), events(second)) == (["CHAN_START"], ["HANGUP"])
    assert second.records[0] == (first.offset, second.records[0][1])
    assert second.records[0][1].at == 2.5
    assert events(read(file, second.inode, second.offset)) == []


def test_a_line_that_is_being_written_is_left_for_the_next_time(file: Path) -> None:
    whole = line("CHAN_START", 1, "a")
    for cut in range(len(whole)):
        file.write_bytes(whole + whole[:cut])
        part = read(file, 0, 0)
        assert (events(part), part.offset) == (["CHAN_START"], len(whole))


def test_a_line_that_is_no_record_is_skipped(file: Path) -> None:
    file.write_bytes(b'{"eventtype": 7}\nnonsense\n\xff\n' + line("HANGUP", 2, "a"))
    assert events(read(file, 0, 0)) == ["HANGUP"]


def test_a_new_file_in_the_old_ones_place_is_read_from_its_beginning(file: Path) -> None:
    file.write_bytes(line("CHAN_START", 1, "a"))
    old = read(file, 0, 0)
    file.rename(file.with_suffix(".1"))
    file.write_bytes(line("CHAN_START", 1, "b") + line("HANGUP", 2, "b"))
    new = read(file, old.inode, old.offset)
    assert events(new) == ["CHAN_START", "HANGUP"]
    assert new.inode != old.inode


def test_the_rest_of_a_file_put_aside_is_read_before_the_new_one(file: Path) -> None:
    file.write_bytes(line("CHAN_START", 1, "a"))
    part = read(file, 0, 0)
    with file.open("ab") as end:
        end.write(line("ANSWER", 2, "a") + b'{"eventtype": "HANG')
    put_aside(file, part.inode)
    assert events(read(file, part.inode, part.offset)) == ["ANSWER"]
    file.write_bytes(line("HANGUP", 3, "a"))
    assert events(read_all(file, part.inode, part.offset)) == ["ANSWER", "HANGUP"]


def test_a_file_that_is_another_by_now_is_not_put_aside(file: Path) -> None:
    file.write_bytes(line("CHAN_START", 1, "a"))
    put_aside(file, file.stat().st_ino + 1)
    assert events(read(file, 0, 0)) == ["CHAN_START"]


def test_a_file_that_became_shorter_is_read_again(file: Path) -> None:
    file.write_bytes(line("CHAN_START", 1, "a") * 3)
    old = read(file, 0, 0)
    file.write_bytes(line("HANGUP", 2, "b"))
    assert events(read(file, old.inode, old.offset)) == ["HANGUP"]


def test_a_missing_file_has_no_records(file: Path) -> None:
    assert read(file, 5, 7) == read_all(file, 5, 7) == CelPart()


def test_a_long_file_is_read_in_parts(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctiserver.asterisk.cel._LONGEST_READ_BYTES", 200)
    file.write_bytes(line("CHAN_START", 1, "a") * 50)
    assert len(read(file, 0, 0).records) < 50
    assert len(read_all(file, 0, 0).records) == 50


def fallback_call(channel: str) -> bytes:
    return (
        line("CHAN_START", 10, channel, exten="5622", context="from-trunk")
        + line("APP_START", 10, channel, userfield="+5691", appname="Stasis", appdata="cti,in,+5622")
        + line("FALLBACK", 11, channel, eventextra='{"extra":"queue"}')
    )


def test_a_call_that_only_the_fallback_saw_is_missed(file: Path) -> None:
    file.write_bytes(
        fallback_call("x.1")
        + line("FALLBACK_ANSWERED", 12, "phone", linkedid="x.1")
        + line("HANGUP", 20, "x.1", channame="P", eventextra='{"hangupcause":16,"hangupsource":"P"}')
    )
    logs = unseen(channel_logs(read(file, 0, 0), "cti"), known=())
    call = missed(logs["x.1"], "x.1")
    assert (call.did, call.pii_number, call.arrived_at, call.ended_at) == ("+5622", "+5691", 10, 20)
    assert call.answered
    assert not call.emergency


def test_a_call_that_a_daemon_told_of_was_not_missed(file: Path) -> None:
    file.write_bytes(fallback_call("x.1"))
    assert unseen(channel_logs(read(file, 0, 0), "cti"), known={"x.1"}) == {}


def test_a_channel_whose_beginning_was_read_before_is_none_of_the_new_ones(file: Path) -> None:
    file.write_bytes(line("HANGUP", 20, "x.1") + line("CHAN_START", 1, "our-leg"))
    assert unseen(channel_logs(read(file, 0, 0), "cti"), known=()) == {}
