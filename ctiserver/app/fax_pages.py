"""Pages of faxes as files: what a fax machine speaks (TIFF, ITU-T T.4/T.6) and what people open (PDF).

A received page is kept bit for bit: the PDF holds the same black and white dots, and their size on paper, for a fax has
more dots across than down. A document that is sent is drawn as 1728 dots a line, 204 to the inch (ITU-T T.4, A4 in
fine resolution), black where it is darker than half.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageSequence, UnidentifiedImageError

from ctiserver.core.errors import Refusal

DOTS_A_LINE = 1728
ACROSS_DPI, DOWN_DPI = 204, 196
_STANDARD_DOWN_DPI = 98
PAGES_AT_MOST = 50
_LONGEST_PAGE_LINES = 4 * 2292  # four sheets of A4 in fine resolution
_BLACK_BELOW = 128


def pdf_of(tiff: Path) -> tuple[bytes, int]:
    """The received pages as a PDF, and how many they are; those that came whole, when the last one did not.

    Raises Refusal when there is no page that can be read.
    """
    pages: list[Image.Image] = []
    dpi: tuple[float, float] = (ACROSS_DPI, _STANDARD_DOWN_DPI)
    try:
        with Image.open(tiff) as image:
            dpi = image.info.get("dpi", dpi)
            for page in ImageSequence.Iterator(image):
                pages.append(page.convert("1"))
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        if not pages:
            raise Refusal("unreadable_fax", f"the fax has no page that can be read: {error}") from error
    written = io.BytesIO()
    pages[0].save(written, "PDF", save_all=True, append_images=pages[1:], dpi=dpi)
    return written.getvalue(), len(pages)


def write_tiff(document: bytes, tiff: Path) -> int:
    """Draws a PDF or an image as a fax into the file `tiff`; how many pages it has.

    Raises Refusal for what is neither, is empty, or is too long.
    """
    pages = [_dots(page) for page in _drawn(document)]
    if not pages:
        raise Refusal("empty_document", "choose a document that has a page")
    half = tiff.with_suffix(".half")
    pages[0].save(
        half,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression="group4",
        dpi=(ACROSS_DPI, DOWN_DPI),
    )
    half.replace(tiff)
    return len(pages)


def _drawn(document: bytes) -> Iterator[Image.Image]:
    """Each page as an image in shades of grey, as wide as a fax."""
    if not document.startswith(b"%PDF-"):
        yield from _images(document)
        return
    try:
        pdf = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        raise Refusal("unreadable_document", f"the PDF cannot be read: {error}") from error
    with pdf:
        if len(pdf) > PAGES_AT_MOST:
            raise Refusal("document_too_long", f"choose a document of at most {PAGES_AT_MOST} pages")
        for page in pdf:
            wide = page.get_width()
            drawn = page.render(scale=DOTS_A_LINE / wide, grayscale=True).to_pil()
            # As drawn, a dot is as high as it is wide; a fax has a few lines less to the inch.
            yield _fitted(drawn, page.get_height() / wide * DOTS_A_LINE * DOWN_DPI / ACROSS_DPI)


def _images(document: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(document)) as image:
            for number, page in enumerate(ImageSequence.Iterator(image)):
                if number >= PAGES_AT_MOST:
                    raise Refusal("document_too_long", f"choose a document of at most {PAGES_AT_MOST} pages")
                across, down = (float(one) or 1.0 for one in page.info.get("dpi", (1, 1)))
                high = page.height / page.width * DOTS_A_LINE * (across / down) * DOWN_DPI / ACROSS_DPI
                yield page.copy() if _is_fax(page) else _fitted(_on_white(page), high)
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError) as error:
        raise Refusal("unreadable_document", f"the image cannot be read: {error}") from error


def _is_fax(page: Image.Image) -> bool:
    """Whether it is drawn in a fax's dots already, and is sent as it is."""
    down = page.info.get("dpi", (0, 0))[1]
    return page.mode == "1" and page.width == DOTS_A_LINE and round(down) == DOWN_DPI


def _on_white(page: Image.Image) -> Image.Image:
    """Paper shines through where an image is transparent."""
    colours = page.convert("RGBA")
    paper = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(paper, colours).convert("L")


def _fitted(page: Image.Image, lines: float) -> Image.Image:
    high = max(1, min(round(lines), _LONGEST_PAGE_LINES))
    return page.convert("L").resize((DOTS_A_LINE, high))


def _dots(page: Image.Image) -> Image.Image:
    if page.mode == "1":
        return page
    return page.point([0 if shade < _BLACK_BELOW else 255 for shade in range(256)]).convert("1")
