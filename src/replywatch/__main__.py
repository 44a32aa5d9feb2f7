"""`python -m replywatch`."""

import sys

from replywatch.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
