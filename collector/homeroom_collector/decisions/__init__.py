"""From what the store knows to what a technology director asks: gathers facts and settings for the rules."""
