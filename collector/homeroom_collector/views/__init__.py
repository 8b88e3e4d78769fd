"""What others read: metrics, pages, the API. Views only read. ``site.py`` has the routes of all."""
