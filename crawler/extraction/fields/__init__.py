"""The fields of an article other than the body, a module for each."""
