"""The command line: parse → settings → call → exit code.

Only this package prints, and only here are errors caught. stdout carries results; all else goes to stderr.
"""

from dualzoom.cli.app import main

__all__ = ["main"]
