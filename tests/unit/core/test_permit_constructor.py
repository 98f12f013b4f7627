"""Nobody but `crm_core.permission` makes a Permit: the source is read for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("ctiserver", "acd", "ivr", "dialer", "crm_core", "agent_console")


def files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def calls(file: Path) -> set[str]:
    """The names that a file calls, however it got at them."""
    tree = ast.parse(file.read_text())
    renamed = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found.add(renamed.get(name, name))
    return found


def test_only_the_permission_package_makes_permits() -> None:
    makers = {str(file.relative_to(ROOT)) for file in files() if "Permit" in calls(file)}
    assert makers == {"crm_core/permission/granting.py"}


def test_no_engine_touches_a_permit_to_change_it() -> None:
    for file in files():
        text = file.read_text()
        if (
            "core.permit import" in text
            and "Permit" in text.split("core.permit import", 1)[1].split("\n", 1)[0]
        ):
            assert not {"replace", "structs.replace", "convert"} & calls(file), file


def test_the_reader_of_sources_sees_through_other_names(tmp_path: Path) -> None:
    file = tmp_path / "sly.py"
    file.write_text(
        "from ctiserver.core.permit import Permit as P\nimport ctiserver.core.permit as m\nP(permit_id=1)\nm.Permit()\n"
    )
    assert calls(file) == {"Permit"}
