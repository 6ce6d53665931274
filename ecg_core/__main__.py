"""`python -m ecg_core`: the command line."""

import sys

from ecg_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
