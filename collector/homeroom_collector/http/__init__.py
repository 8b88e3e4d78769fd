"""What every part that speaks HTTP shares: errors on the wire, and where a request comes from."""
