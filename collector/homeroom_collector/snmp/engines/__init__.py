"""Asking one device: requests, answers, walks and keys, on two libraries that are interchangeable."""
