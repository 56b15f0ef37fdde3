"""One module per field of an article that is not its body."""
