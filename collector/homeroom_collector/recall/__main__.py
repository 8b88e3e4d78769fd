"""Reads for the collector that started it (``aside.py``)."""

import gc
import sys
from importlib import import_module

if __name__ == "__main__":
    # This lives for seconds and makes no garbage that holds itself; what is imported stays anyway.
    gc.disable()
    sys.exit(import_module("homeroom_collector.recall.aside").main())
