"""What is connected to what: pure, over what the devices tell."""
