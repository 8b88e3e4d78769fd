"""Windows: raw calls (kernel, registry), and what is asked through them, written against small protocols.

Only ``kernel.py`` and ``registry.py`` need a Windows to run on. Everything that decides or decodes is elsewhere and is
tested on every system.
"""
