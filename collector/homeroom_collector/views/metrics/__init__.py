"""The exposition: Prometheus text 0.0.4 and OpenMetrics 1.0, of the fleet, a school, and this process."""
