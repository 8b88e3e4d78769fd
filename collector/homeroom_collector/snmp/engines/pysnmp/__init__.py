"""The second engine, on pysnmp."""
