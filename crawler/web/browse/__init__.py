"""The site that `scrapy browse` serves."""
