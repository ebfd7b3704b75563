"""The command line."""

import sys

from lib.segments.apply.command import main

sys.exit(main())
