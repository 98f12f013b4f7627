"""The calls process begins again within a second: it loads nothing that only reports and imports need."""

import subprocess
import sys

SLOW = {"numpy", "scipy", "openpyxl", "pandas", "phonenumbers.geodata", "flask", "socketio"}


def test_the_calls_process_loads_nothing_heavy() -> None:
    script = f"import sys, ctiserver.app.calls; print(*sorted({SLOW!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []
