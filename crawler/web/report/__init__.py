"""The page about a dataset that `scrapy report` writes."""
