"""Reads a script from its TOML text and reports every mistake at once, each with its line. Pure.

What can be wrong with a script as a whole stands in `script_mistakes`.
"""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from crm_core.scripts import script_mistakes
from crm_core.scripts.script import Objection, Page, Script
from crm_core.scripts.script_mistakes import SENTENCES
from ctiserver.core.toml_mistakes import Wrong, content_of, misshapen_in, refuse_if, wrong


def read_script(text: str, path: str, *, dispositions: Collection[str] | None = None) -> Script:
    """The script. `dispositions`: the codes of the results that there are; None: nobody can tell.

    Raises ConfigError with all mistakes, each as `path:line`.
    """
    script = sketch(text, path)
    refuse_if(script_mistakes.mistakes(script, dispositions), text, path, SENTENCES)
    return script


def sketch(text: str, path: str) -> Script:
    """The script as far as it is written: it may lead nowhere. Raises ConfigError for what is no script."""
    content = content_of(text, path, SENTENCES)
    refuse_if(_shape(content), text, path, SENTENCES)
    return msgspec.convert(content, Script)


def _shape(content: dict[str, Any]) -> Iterator[Wrong]:
    """Missing, unknown and mistyped keys, page by page so that all are found."""
    families: tuple[tuple[str, Any], ...] = (("page", Page), ("objection", Objection))
    tables = {name: content.get(name, {}) for name, _ in families}
    for name, kind in families:
        if not isinstance(tables[name], dict):
            yield wrong((name,), "wrong_shape", what=f"write [{name}.NAME]")
            continue
        for key, one in tables[name].items():
            yield from misshapen_in(kind, one, (name, key))
    yield from misshapen_in(Script, {key: value for key, value in content.items() if key not in tables}, ())
