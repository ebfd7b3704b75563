"""What runs behind a page: cached calls, work in the background, charts on their way to the screen."""
