"""Network links: type, speed, signal. Never a network's name or address."""
