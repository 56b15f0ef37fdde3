"""What stands between a request and its response: manners, blocks, retries, pace, the archive."""
