"""Finding devices in networks, and telling one device with many addresses from many."""
