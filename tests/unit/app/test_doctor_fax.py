"""What lies about of faxes is told with what to do."""

from dataclasses import replace
from pathlib import Path

from ctiserver.app.doctor_fax import fax
from ctiserver.app.doctor_finding import Mark
from ctiserver.core.config import Config, Dialing, Installation, Number
from ctiserver.process import folders


def test_faxes_that_wait_or_cannot_be_read_are_told(tmp_path: Path) -> None:
    numbers = (Number(did="600", fax=True), Number(did="601"))
    config = replace(Config(), installation=Installation(state_dir=tmp_path), numbers=numbers)
    [fine] = fax(config)
    assert (fine.mark, fine.says) == (Mark.OK, "1 numbers for faxes, none out: no dialing.trunk")
    [out] = fax(replace(config, dialing=Dialing(trunk="pstn")))
    assert out.says.endswith("out through pstn")
    place = folders.fax_in_dir(config)
    (place / "unreadable").mkdir(parents=True)
    (place / "1.txt").write_text("begun|10|600|\nended|20|SUCCESS|16|1|T38||\n")
    (place / "2.txt").write_text("begun|10|600|\n")
    (place / "unreadable" / "3.tif").touch()
    waiting, unreadable = fax(config)
    assert (waiting.mark, unreadable.mark) == (Mark.WARN, Mark.WARN)
    assert waiting.says.startswith("1 faxes wait")
    assert unreadable.says.startswith("1 faxes could not be read")
