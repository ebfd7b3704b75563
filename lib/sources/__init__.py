"""Where a ``Dataset`` comes from: the survey's files, the embedded sample, a download, one's own table."""
