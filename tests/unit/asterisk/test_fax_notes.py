"""What the dialplan wrote down of a fax, whole, half or not at all."""

from pathlib import Path

import pytest

from ctiserver.asterisk.fax_notes import LONGEST_SECONDS, FaxNotes, read

BEGUN = "begun|1000|+56221110000|+56971884213\n"
SENT = "ended|1020|SUCCESS|16|2|T38|+56 9 7188 4213|\n"


def noted(folder: Path, text: str) -> FaxNotes | None:
    file = folder / "1.txt"
    file.write_text(text)
    return read(file)


def test_a_whole_fax_tells_its_numbers_pages_and_way(tmp_path: Path) -> None:
    notes = noted(tmp_path, BEGUN + SENT)
    assert notes == FaxNotes(
        begun_at=1000.0,
        our_number="+56221110000",
        other_number="+56971884213",
        ended_at=1020.0,
        status="SUCCESS",
        q850=16,
        pages=2,
        t38=True,
        station="+56 9 7188 4213",
    )
    assert notes.outcome(1021.0) == "received"


@pytest.mark.parametrize("text", [BEGUN, BEGUN + SENT[:-1], BEGUN + "ended|10"])
def test_a_half_one_is_under_way_until_it_has_lasted_longer_than_any_may(tmp_path: Path, text: str) -> None:
    notes = noted(tmp_path, text)
    assert notes is not None
    assert notes.outcome(1000.0 + LONGEST_SECONDS) == "under_way"
    assert notes.outcome(1000.0 + 2 * LONGEST_SECONDS) == "unknown"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("FAILED", "failed"),
        ("", "failed"),
        ("BUSY", "busy"),
        ("NOANSWER", "no_answer"),
        ("CONGESTION", "congestion"),
        ("CHANUNAVAIL", "unreachable"),
    ],
)
def test_each_way_to_fail_has_its_name(tmp_path: Path, status: str, outcome: str) -> None:
    notes = noted(tmp_path, f"{BEGUN}ended|1020|{status}||||||\n".replace("||||||", "|0|0|||"))
    assert notes is not None
    assert notes.outcome(1021.0) == outcome


@pytest.mark.parametrize("text", ["", "begun|10", "nonsense\n"])
def test_without_a_first_line_there_is_no_fax(tmp_path: Path, text: str) -> None:
    assert noted(tmp_path, text) is None
    assert read(tmp_path / "nowhere.txt") is None


def test_a_line_that_is_no_number_where_one_belongs_does_no_harm(tmp_path: Path) -> None:
    notes = noted(tmp_path, f"{BEGUN}ended|x|SUCCESS||||| \n")
    assert notes is not None
    assert (notes.ended_at, notes.pages, notes.q850) == (0.0, 0, 0)
