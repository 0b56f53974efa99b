"""`python -m dualzoom` is `dualzoom`."""

import sys

from dualzoom.cli import main

if __name__ == "__main__":
    sys.exit(main())
