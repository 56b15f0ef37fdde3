from crawler.sources import Feed, Listing
from crawler.spider import NewsSpider


class InewsSpider(NewsSpider):
    """iNews Techno. The path /all joins the pages of an article; URLs carry no number."""

    name = "inews"
    publisher = "iNews"
    allowed_domains = ["www.inews.id"]
    sources = (
        Feed("https://www.inews.id/feed/tekno", status="reported-ok"),
        Listing("https://www.inews.id/techno", links="a"),
        Feed("https://www.inews.id/feed", status="reported-ok"),
    )
    technology = "/techno/"
    article_url = r"www\.inews\.id/(?!tag|foto|multimedia|indeks)[a-z]+/[a-z-]+/[a-z0-9-]+"
    body = ".content"
    published = (".createdAt", ".timeAndShare")
    byline = ".author"
    editor = ".editor"
    section = ".breadcrumb a"
    whole = "/all"
    own_names = ("iNews.id",)
