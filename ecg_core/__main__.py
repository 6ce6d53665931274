"""`python -m ecg_core`: the command line."""

import gc
import sys

from ecg_core.cli import main

if __name__ == "__main__":
    code = main()
    # An end of the process looks for garbage among all of PyTorch, which takes most of a second.
    gc.freeze()
    sys.exit(code)
