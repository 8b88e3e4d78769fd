"""The default engine, on gufo-snmp."""
