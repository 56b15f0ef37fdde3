from crawler.sources import Listing
from crawler.spider import NewsSpider


class MetroTvNewsSpider(NewsSpider):
    """Metro TV News Teknologi. No feed is known; writer and time share one line, parted by a
    bullet. Article URLs do not name the section."""

    name = "metrotvnews"
    publisher = "Metro TV News"
    allowed_domains = ["www.metrotvnews.com"]
    sources = (Listing("https://www.metrotvnews.com/teknologi", ".item h3 a", status="inferred"),)
    article_url = r"metrotvnews\.com/read/(?P<id>[A-Za-z0-9]+)-[a-z0-9-]+"
    body = ".news-text"
    published = "p.date"
    byline = "p.date"
    section = ".breadcrumb-content p"
    own_names = ("Metrotvnews.com",)
