"""The commands of `scrapy`: a file each, with the name of the command."""
