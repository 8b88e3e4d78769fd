"""The built-in screen: size and resolution, for testing standards."""
