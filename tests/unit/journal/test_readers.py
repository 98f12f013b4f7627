"""Readers in other processes: every derived line once, in order, through anything the writer does."""

import os
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_bench import Bench

from ctiserver.journal.errors import JournalDamaged
from ctiserver.journal.line import BEGINNING, Derived, Entry, Gap, Line, Position, encode
from ctiserver.journal.positions import read_position
from ctiserver.journal.readers import JournalReader
from ctiserver.journal.segments import list_segments, read_lines


def ids(lines: list[Line]) -> list[Position]:
    return [line.position for line in lines]


def test_an_empty_or_missing_folder_has_nothing_to_read_yet(tmp_path: Path) -> None:
    assert JournalReader(tmp_path / "journal").read() == []


def test_derived_lines_come_as_they_are_written_also_over_rotation(bench: Bench) -> None:
    journal, reader = bench.open(segment_bytes=100), JournalReader(bench.directory)
    for seq in range(1, 30):
        journal.append(b"input", float(seq))
        journal.append_derived(seq, [(1, b"a"), (2, b"b")])
        found = reader.read()
        assert found == [Derived(seq, 1, 1, float(seq), b"a"), Derived(seq, 2, 1, float(seq), b"b")]
    assert len(list_segments(bench.directory)) > 5
    assert reader.read() == []


def test_entries_come_too_when_asked_for(bench: Bench) -> None:
    journal = bench.open()
    journal.append(b"input", 1.0)
    journal.append_derived(1, [(1, b"a")])
    reader = JournalReader(bench.directory, entries=True)
    assert reader.read() == [Entry(1, 1, 1.0, b"input"), Derived(1, 1, 1, 1.0, b"a")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 7), max_size=60), st.integers(40, 400))
def test_a_reader_that_stops_anywhere_goes_on_behind_its_position(
    tmp_path_factory: pytest.TempPathFactory, portions: list[int], segment_bytes: int
) -> None:
    bench = Bench(tmp_path_factory.mktemp("reader"))
    journal = bench.open(segment_bytes=segment_bytes)
    for seq in range(1, 12):
        journal.append(b"input", 1.0)
        journal.append_derived(seq, [(n, b"x") for n in range(1, seq % 4)])
        if seq == 6:
            journal = bench.reopen(segment_bytes=segment_bytes)
    bench.close()
    everything = JournalReader(bench.directory).read()
    position, found = BEGINNING, []
    for portion in [*portions, 500]:
        reader = JournalReader(bench.directory, after=position)
        found += reader.read(at_most=portion)
        position = reader.position
    assert found == everything
    assert ids(everything) == sorted(set(ids(everything)))


def test_a_line_that_is_still_being_written_is_left_for_the_next_look(bench: Bench) -> None:
    journal, reader = bench.open(), JournalReader(bench.directory)
    journal.append(b"input", 1.0)
    assert reader.read() == []
    line = encode(Derived(1, 1, 1, 1.0, b"derived"))
    for byte in line[:-1]:
        with bench.only_segment().open("ab") as file:
            file.write(bytes([byte]))
        assert reader.read() == []
    with bench.only_segment().open("ab") as file:
        file.write(line[-1:])
    assert ids(reader.read()) == [(1, 1, 1)]


class _Growing(RawIOBase):
    """A file that is written while it is read: what is there by each look; b"": no more yet."""

    def __init__(self, *looks: bytes) -> None:
        self._looks = list(looks)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        return place

    def tell(self) -> int:
        return 0

    def readinto(self, buffer: Any) -> int:
        look = self._looks.pop(0) if self._looks else b""
        buffer[: len(look)] = look
        return len(look)


def test_a_line_that_becomes_whole_while_it_is_looked_at_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = encode(Derived(1, 1, 1, 1.0, b"derived"))
    looks = (whole + whole[:7], b"", whole[7:])  # half of a second line, and its end an instant later

    def read(*, may_be_torn: bool) -> list[int]:
        monkeypatch.setattr(Path, "open", lambda *_: BufferedReader(_Growing(*looks)))
        return [end for _, end in read_lines(tmp_path, may_be_torn=may_be_torn)]

    assert read(may_be_torn=True) == [len(whole)], "the second is left for the next look"
    with pytest.raises(JournalDamaged):
        read(may_be_torn=False)


def test_a_line_that_recovery_cut_is_read_as_recovery_wrote_it_again(bench: Bench) -> None:
    journal, reader = bench.open(), JournalReader(bench.directory)
    journal.append(b"input", 1.0)
    bench.close()
    with bench.only_segment().open("ab") as file:
        file.write(encode(Derived(1, 1, 1, 1.0, b"derived"))[:20])
    assert reader.read() == []
    bench.open().append_derived(1, [(1, b"other")])
    assert reader.read() == [Derived(1, 1, 1, 1.0, b"other")]


def test_what_was_read_is_not_given_again_after_a_power_failure_took_it_back(bench: Bench) -> None:
    journal, reader = bench.open(segment_bytes=1), JournalReader(bench.directory)
    for seq in range(1, 6):
        journal.append(b"input", 1.0)
        journal.append_derived(seq, [(1, b"x")])
    assert len(reader.read()) == 5
    bench.close()
    for name in list_segments(bench.directory)[3:]:
        name.path(bench.directory).unlink()
    journal = bench.open(segment_bytes=1)
    journal.append_derived(3, [(1, b"x"), (2, b"missing until now, but its reader has passed")])
    assert journal.append(b"input", 2.0) == 4
    journal.append_derived(4, [(1, b"new")])
    again = JournalReader(bench.directory, after=reader.position)
    assert again.read() == [Derived(4, 1, 2, 2.0, b"new")]


def test_a_full_disk_shows_as_a_gap(bench: Bench) -> None:
    journal, reader = bench.open(), JournalReader(bench.directory)
    journal.append(b"input", 1.0)
    bench.disk.room_bytes = len(encode(Derived(1, 1, 1, 1.0, b"x"))) + 5
    journal.append_derived(1, [(1, b"x"), (2, b"y")])
    assert ids(reader.read()) == [(1, 1, 1)]
    bench.disk.room_bytes = 1 << 30
    bench.scheduler.advance(5)
    journal.append_derived(journal.append(b"input", 2.0), [(1, b"z")])
    assert reader.read() == [Gap(2, 1, 1.0, 1, 1), Derived(3, 1, 1, 2.0, b"z")]


def test_a_crash_on_a_full_disk_does_not_confuse_a_reader(bench: Bench) -> None:
    journal, reader = bench.open(), JournalReader(bench.directory)
    journal.append(b"input", 1.0)
    bench.disk.room_bytes = len(encode(Derived(1, 1, 1, 1.0, b"x"))) + 5
    journal.append_derived(1, [(1, b"x"), (2, b"y")])
    assert ids(reader.read()) == [(1, 1, 1)]
    bench.disk.room_bytes = 1 << 30
    journal = bench.reopen()
    journal.append_derived(1, [(1, b"x"), (2, b"y")])
    assert ids(reader.read()) == [(1, 1, 2)]


def test_missing_segments_show_as_a_gap(bench: Bench) -> None:
    journal, reader = bench.open(segment_bytes=1), JournalReader(bench.directory)
    for _ in range(1, 6):
        journal.append_derived(journal.append(b"input", 1.0), [(1, b"x")])
    assert len(reader.read(at_most=1)) == 1
    for name in list_segments(bench.directory)[:3]:
        name.path(bench.directory).unlink()
    assert reader.read() == []
    assert [(type(line), line.seq) for line in reader.read()] == [(Gap, 3), (Derived, 4), (Derived, 5)]


def test_damage_in_the_middle_is_an_error(bench: Bench) -> None:
    journal = bench.open()
    for _ in range(3):
        journal.append_derived(journal.append(b"input", 1.0), [(1, b"x")])
    with bench.only_segment().open("r+b") as file:
        file.write(b"#")
    with pytest.raises(JournalDamaged):
        JournalReader(bench.directory).read()


def test_the_writer_learns_how_far_a_reader_is(bench: Bench) -> None:
    journal, reader = bench.open(), JournalReader(bench.directory)
    journal.append_derived(journal.append(b"input", 1.0), [(1, b"x")])
    assert read_position(bench.directory, "records") == BEGINNING
    reader.read()
    reader.tell("records")
    assert read_position(bench.directory, "records") == Position(1, 1, 1)
    assert os.listdir(bench.directory / "readers") == ["records"]


def test_a_nonsense_position_file_keeps_all_segments(bench: Bench) -> None:
    bench.open()
    (bench.directory / "readers").mkdir()
    (bench.directory / "readers" / "records").write_bytes(b"\xff\x00")
    assert read_position(bench.directory, "records") == BEGINNING
