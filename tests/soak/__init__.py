"""Long runs at full size, outside the suite: ``make soak``. Each prints its figures and fails where one is wrong."""
