"""What Indonesian print looks like: dates, headlines, bylines, sentences."""
