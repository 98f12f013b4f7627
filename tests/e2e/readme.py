"""The pictures that README shows: taken from the pages by the tests, so that they stay true.

An ordinary run only sees that they can be taken; `make pictures` (CTI_PICTURES names the folder) keeps them.
"""

import os
from pathlib import Path

from playwright.sync_api import Page

_README = Path(__file__).parents[2] / "README.md"
_LEAST_BYTES = 20_000  # an empty page has fewer


def picture(page: Page, name: str) -> None:
    """Take the picture docs/images/NAME.png, which README shows."""
    folder = os.environ.get("CTI_PICTURES")
    file = Path(folder) / f"{name}.png" if folder else None
    taken = page.screenshot(path=file, animations="disabled", scale="css")
    assert len(taken) > _LEAST_BYTES
    assert f"docs/images/{name}.png" in _README.read_text()
