"""``python -m homeroom_collector``: the same as ``homeroom``."""

import sys

from homeroom_collector.cli import main

sys.exit(main())
