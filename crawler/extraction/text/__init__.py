"""Plain-text documents to articles."""
