"""The register of devices out of Snipe-IT, over its REST API. Reads; changes nothing there."""
