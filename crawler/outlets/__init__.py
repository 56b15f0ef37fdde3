"""An outlet's rules on a page, outside a crawl."""
