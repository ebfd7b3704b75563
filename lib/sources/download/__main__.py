"""The command line."""

import sys

from lib.sources.download.command import main

sys.exit(main())
