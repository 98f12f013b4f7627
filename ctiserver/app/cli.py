"""Runs one command of the command line; whatever a user can mend becomes a sentence and an exit status.

0: done. 1: an error that its line says how to mend. 2: the command line itself is wrong. 78: it refuses to start
because of its configuration, which is useless to repeat. 130: interrupted. Only a fault of our own leaves a
traceback.
"""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from ctiserver.app.child import REFUSED_EXIT_STATUS
from ctiserver.app.cli_parser import parser
from ctiserver.core.errors import Bug, ConfigError, CtiError

INTERRUPTED_EXIT_STATUS = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments (None: those of the process) name; its exit status."""
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except Bug:
        raise
    except CtiError as error:
        complain(error)
        return REFUSED_EXIT_STATUS if _refuses_to_start(chosen, error) else 1
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_STATUS
    except BrokenPipeError:  # `ctiserver watch --events | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def complain(error: CtiError) -> None:
    """Say on standard error what is wrong: one sentence, or each mistake on a line of its own."""
    if isinstance(error, ConfigError):
        for mistake in error.mistakes:
            print(f"ctiserver: {mistake}", file=sys.stderr)
    else:
        print(f"ctiserver: {error}", file=sys.stderr)


def _refuses_to_start(chosen: Namespace, error: CtiError) -> bool:
    return chosen.starts and isinstance(error, ConfigError)
