"""`python -m agent_console --config ctiserver.toml`: the console process, as the parent starts it."""

import argparse
import sys
from pathlib import Path

from ctiserver.core.errors import CtiError
from ctiserver.process import config_file, logs
from ctiserver.process.loading import loading

REFUSED_EXIT_STATUS = 78
"""EX_CONFIG, which the parent takes for a refusal."""


def main() -> int:
    """Serve until SIGTERM; the exit status."""
    parser = argparse.ArgumentParser(prog="agent_console", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("ctiserver.toml"))
    logs.set_up("console")
    with loading():
        from agent_console.server import run
    try:
        return run(config_file.load(parser.parse_args().config))
    except CtiError as error:
        print(error, file=sys.stderr)
        return REFUSED_EXIT_STATUS


if __name__ == "__main__":
    sys.exit(main())
