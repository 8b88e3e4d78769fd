"""What others read: metrics, pages, the API. Views only read."""
