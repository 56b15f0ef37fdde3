from crawler.sources import Feed, Listing, Sitemap
from crawler.spider import NewsSpider


class VivaSpider(NewsSpider):
    """VIVA Digital, also branded "VIVA Tekno". The section has a feed of a hundred items and a page
    of three dozen. In 2016 paragraphs were divs."""

    name = "viva"
    publisher = "VIVA"
    allowed_domains = ["www.viva.co.id"]
    sources = (
        Feed("https://www.viva.co.id/get/digital", status="reported-ok"),
        Listing("https://www.viva.co.id/digital", links=".article-list-row a"),
        Feed("https://www.viva.co.id/get/all"),
        Sitemap("https://www.viva.co.id/sitemap.xml"),
    )
    technology = "/digital/"
    article_url = r"viva\.co\.id/(?!foto|video)(?:[a-z0-9-]+/)+(?P<id>\d{5,})-[a-z0-9-]+"
    body = ("div.main-content-detail", "#article-content")
    published = ("div.main-content-date", ".smalldesc .date")
    byline = ("div.main-content-author", ".smalldesc .author")
    section = "a.breadcrumb-step.content_center"
    junk = (".recommended-article", ".widget-other-article", ".ads")
    whole = "?page=all"
    own_names = ("VIVA.co.id", "VIVA Tekno")
