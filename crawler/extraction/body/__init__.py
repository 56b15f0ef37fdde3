"""The page's article text as blocks."""
