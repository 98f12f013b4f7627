"""Pages between fax machines and people: dot for dot in, as a fax draws them out."""

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from ctiserver.app import fax_pages
from ctiserver.core.errors import Refusal


def page(text: str, lines: int = 1100) -> Image.Image:
    drawn = Image.new("1", (1728, lines), 1)
    pen = ImageDraw.Draw(drawn)
    pen.text((100, 100), text, fill=0)
    pen.ellipse((300, 300, 1300, 900), outline=0, width=7)
    return drawn


def fax(
    folder: Path, *pages: Image.Image, compression: str = "group3", dpi: tuple[int, int] = (204, 98)
) -> Path:
    file = folder / "fax.tif"
    pages[0].save(file, save_all=True, append_images=pages[1:], compression=compression, dpi=dpi)
    return file


@pytest.mark.parametrize("compression", ["group3", "group4"])
def test_a_received_fax_is_kept_dot_for_dot_in_its_size_on_paper(tmp_path: Path, compression: str) -> None:
    pages = [page("one"), page("two")]
    document, count = fax_pages.pdf_of(fax(tmp_path, *pages, compression=compression))
    assert count == 2
    assert len(document) < 60_000, "two pages of a fax are small when they stay a fax"
    pdf = pypdfium2.PdfDocument(document)
    assert len(pdf) == 2
    for number, drawn in enumerate(pages):
        sheet = pdf[number]
        assert sheet.get_width() == pytest.approx(1728 / 204 * 72, abs=0.5)
        assert sheet.get_height() == pytest.approx(1100 / 98 * 72, abs=0.5)
        [image] = list(sheet.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))
        assert image.get_bitmap().to_pil().convert("1").tobytes() == drawn.tobytes()
    pdf.close()


@pytest.mark.filterwarnings("ignore:Truncated File Read")
def test_pages_that_came_whole_are_kept_when_the_last_did_not(tmp_path: Path) -> None:
    file = fax(tmp_path, page("one"), page("two"))
    file.write_bytes(file.read_bytes()[:-40])
    _document, count = fax_pages.pdf_of(file)
    assert count in (1, 2)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("content", [b"", b"nonsense", b"II*\0\x08\0\0\0"])
def test_what_is_no_fax_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "fax.tif"
    file.write_bytes(content)
    with pytest.raises(Refusal):
        fax_pages.pdf_of(file)


def test_a_pdf_is_drawn_as_wide_as_a_fax_and_in_its_shape(tmp_path: Path) -> None:
    document, _ = fax_pages.pdf_of(fax(tmp_path, page("one", 2156), page("two", 2156), dpi=(204, 196)))
    out = tmp_path / "out.tif"
    assert fax_pages.write_tiff(document, out) == 2
    with Image.open(out) as drawn:
        assert (drawn.mode, drawn.n_frames) == ("1", 2)
        assert drawn.info["compression"] == "group4"
        assert drawn.width == 1728
        assert drawn.height == pytest.approx(2156, abs=2)
        assert [round(one) for one in drawn.info["dpi"]] == [204, 196]
        black = drawn.convert("L").histogram()[0]
    assert black == pytest.approx(page("two", 2156).convert("L").histogram()[0], rel=0.2)


def test_a_transparent_picture_is_on_white_paper(tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.new("RGBA", (400, 200), (0, 0, 0, 0)).save(made, "PNG")
    out = tmp_path / "out.tif"
    fax_pages.write_tiff(made.getvalue(), out)
    with Image.open(out) as drawn:
        assert drawn.convert("L").getextrema() == (255, 255)


def test_a_fax_is_sent_as_it_is(tmp_path: Path) -> None:
    original, out = page("one"), tmp_path / "out.tif"
    fax_pages.write_tiff(fax(tmp_path, original, dpi=(204, 196)).read_bytes(), out)
    with Image.open(out) as drawn:
        assert drawn.tobytes() == original.tobytes()


@pytest.mark.parametrize("document", [b"", b"%PDF-1.4 nonsense", b"plain text", b"PK\x03\x04"])
def test_what_cannot_be_drawn_is_refused_and_leaves_no_file(tmp_path: Path, document: bytes) -> None:
    with pytest.raises(Refusal):
        fax_pages.write_tiff(document, tmp_path / "out.tif")
    assert list(tmp_path.iterdir()) == []
