"""The command line: parse → settings → call → exit code.

Only this package prints, and only here are errors caught. stdout carries results; all else goes to stderr.
"""

import os

# Threads of one convolution wait for each other at its end. Waiting busily, as is the default, keeps the cores from
# whatever else runs: beside two busy programs a pair took 246 s instead of 91. It must be said before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from dualzoom.cli.app import main
from dualzoom.heap import share_one_heap

share_one_heap()  # before there are threads; only a program of its own may decide that, not the library

__all__ = ["main"]
