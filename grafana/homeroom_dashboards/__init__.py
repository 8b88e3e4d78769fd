"""Homeroom's Grafana dashboards as code. The JSON under ``grafana/dashboards`` is written by ``make dashboards``.

Owns what the dashboards ask and how they look; refuses to read the collector: the names come from ``docs/metrics.md``.
"""
