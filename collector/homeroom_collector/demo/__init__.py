"""``homeroom demo``: a whole pretended district on this machine, started and stopped as one."""
