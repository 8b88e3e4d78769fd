"""What is known of device families: the schema of profiles, their recognition and their reading."""
