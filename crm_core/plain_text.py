"""Text as it is compared: lower case, no accents, words apart by one space.

"Muñoz" is found by "munoz", "O'Higgins" by "o higgins", and a RUT with or without its dots.
"""

import re
import unicodedata

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """The words of a text; dots fall away ("S.A." is "sa"), everything else that is no letter or digit parts words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace(".", ""))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _BETWEEN_WORDS.sub(" ", letters).strip()
