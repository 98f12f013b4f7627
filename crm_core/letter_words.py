"""The words of letters, in both languages. A letter without a template has its own."""

from collections.abc import Mapping
from typing import Any

_TEMPLATES: dict[str, dict[str, tuple[str, str]]] = {
    "outage_over": {
        "es": (
            "Solucionado: {subject}",
            "Hola:\n\nLo que nos avisó está solucionado: {subject}.\n\n{text}\n",
        ),
        "en": ("Solved: {subject}", "Hello,\n\nWhat you told us about is solved: {subject}.\n\n{text}\n"),
    },
    "instead_of_call": {
        "es": (
            "Quisimos llamarle por teléfono",
            "Hola:\n\nLe llamamos por teléfono y no le encontramos. Llámenos cuando le acomode: "
            "le atenderemos con gusto.\n",
        ),
        "en": (
            "We tried to call you",
            "Hello,\n\nWe called you and could not reach you. Please call us whenever it suits you.\n",
        ),
    },
    "statement": {
        "es": (
            "Su estado de cuenta",
            "Hola:\n\nLe enviamos adjunto el estado de cuenta que pidió por teléfono.\n",
        ),
        "en": (
            "Your statement",
            "Hello,\n\nPlease find attached the statement that you asked for by telephone.\n",
        ),
    },
}
"""Subject and text by template and language."""


def in_words(body: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Subject, on one line, and text. A template that begins like a known one is that one."""
    fields = {"subject": str(body.get("subject", "")), "text": str(body.get("text", ""))}
    template = str(body.get("template", ""))
    known = next((words for name, words in _TEMPLATES.items() if template.startswith(name)), None)
    subject, text = (known.get(language) or known["es"]) if known else ("{subject}", "{text}")
    return " ".join(subject.format_map(fields).split()), text.format_map(fields)
