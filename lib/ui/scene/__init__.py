"""What is looked at: the data, the population, the sidebar, and the way to a page."""
