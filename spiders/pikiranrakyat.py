from crawler.families import PromediaSpider
from crawler.sources import Listing, Sitemap


class PikiranRakyatSpider(PromediaSpider):
    """Pikiran Rakyat Teknologi. There is no feed; robots.txt names the sitemap."""

    name = "pikiranrakyat"
    publisher = "Pikiran Rakyat"
    allowed_domains = ["www.pikiran-rakyat.com"]
    sources = (
        Sitemap("https://www.pikiran-rakyat.com/sitemap-news.xml", status="inferred", news=True),
        Listing("https://www.pikiran-rakyat.com/teknologi?page={page}", "a", status="inferred"),
        Sitemap("https://www.pikiran-rakyat.com/sitemap.xml"),
    )
    technology = "/teknologi/"
    article_url = r"pikiran-rakyat\.com/[a-z-]+/pr-(?P<id>\d+)/"
    whole = "?page=all"
