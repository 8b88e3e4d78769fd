"""What the frozen program starts with."""

import sys

from homeroom_agent.__main__ import main

sys.exit(main())
