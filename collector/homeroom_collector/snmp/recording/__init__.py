"""Recording a device's answers for a profile's test, without what is private."""
