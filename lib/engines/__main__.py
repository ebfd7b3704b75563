"""The command line."""

import sys

from lib.engines.command import main

sys.exit(main())
