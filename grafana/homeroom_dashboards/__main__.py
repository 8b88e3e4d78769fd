"""``make dashboards``: write every dashboard into ``grafana/dashboards``."""

from homeroom_dashboards.write import write

write()
