"""Between request and response: robots.txt, refusals, retries, pace, conditional GET, archive."""
