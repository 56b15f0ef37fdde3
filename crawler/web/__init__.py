"""Pages for a browser: the report and browse."""
