from crawler.sources import Listing, Sitemap
from crawler.spider import NewsSpider


class SuaraSpider(NewsSpider):
    """Suara Tekno. There is no feed: sitemaps per section list the articles, the index mixes
    sections. Bylines name the editor before the author."""

    name = "suara"
    publisher = "Suara.com"
    allowed_domains = ["www.suara.com"]
    sources = (
        Sitemap("https://www.suara.com/tekno/sitemap-news.xml", status="inferred", news=True),
        Sitemap("https://www.suara.com/sitemap.xml", status="reported-ok", follow="/tekno/"),
        Listing("https://www.suara.com/indeks?page={page}", links="a"),
    )
    technology = "/tekno/"
    article_url = r"suara\.com/(?!foto|video)[a-z-]+/\d{4}/\d\d/\d\d/\d{6}/[a-z0-9-]+"
    body = ".article-content"
    body_end = "#next-article"
    byline = (".author-trigger a", ".content-article__info .author", ".author")
    editor_place = "first"
    tags = ".article-tags a"
    junk = (".ten-second", "[id*=div-ad]", ".placeholder_belt")
    whole = "?page=all"
