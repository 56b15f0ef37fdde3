"""The conventions of Indonesian print: dates, headlines, bylines, sentences."""
