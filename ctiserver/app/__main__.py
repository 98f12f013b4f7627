"""`ctiserver` and `python -m ctiserver.app`: the same program."""

import sys

from ctiserver.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
