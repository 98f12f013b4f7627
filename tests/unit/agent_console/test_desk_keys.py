"""Every module of the desk claims keys for itself; nobody sees two claims of one key but whoever presses it."""

import re
from collections import defaultdict
from pathlib import Path

import agent_console

_MODULES = Path(agent_console.__path__[0]) / "static/js"
_IMPORTED = re.compile(r'from "\./(\w+\.js)"|import "\./(\w+\.js)"')
_CLAIMED = re.compile(r'onKey\("([A-Z])"|\bkey: "([A-Z])"')


def test_no_key_of_the_desk_means_two_things() -> None:
    claims: dict[str, set[str]] = defaultdict(set)
    for module in _modules("desk.js"):
        for pair in _CLAIMED.findall((_MODULES / module).read_text(encoding="utf-8")):
            claims["".join(pair)].add(module)
    assert len(claims) > 20
    assert {key: modules for key, modules in claims.items() if len(modules) > 1} == {}


def _modules(first: str) -> set[str]:
    """A module and all that it imports."""
    found, waiting = set[str](), [first]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            text = (_MODULES / module).read_text(encoding="utf-8")
            waiting += ["".join(pair) for pair in _IMPORTED.findall(text)]
    return found
