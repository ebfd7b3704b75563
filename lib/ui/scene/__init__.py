"""What is looked at: the data, the population and its name, and the way to a page."""
