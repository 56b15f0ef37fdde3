from crawler.sources import Feed, Listing, Sitemap
from crawler.spider import NewsSpider


class KontanSpider(NewsSpider):
    """Kontan. Business news, no technology section; robots.txt closes the index in /search/."""

    name = "kontan"
    publisher = "Kontan"
    allowed_domains = ["kontan.co.id"]
    sources = (
        Feed("https://investasi.kontan.co.id/rss", status="verified"),
        Feed("https://industri.kontan.co.id/rss", status="reported-ok"),
        Feed("https://keuangan.kontan.co.id/rss", status="reported-ok"),
        Feed("https://lifestyle.kontan.co.id/rss", status="inferred"),
        Listing("https://industri.kontan.co.id/", links=".list-berita a"),
        Listing("https://keuangan.kontan.co.id/", links=".list-berita a"),
        Listing("https://www.kontan.co.id/tag/teknologi", links=".list-berita a"),
        Listing("https://www.kontan.co.id/rubrik/6/Bank", links=".list-berita a"),
        Sitemap("https://www.kontan.co.id/sitemap.xml"),
    )
    article_url = r"//(?!insight\.)[a-z]+\.kontan\.co\.id/news/[a-z0-9-]+"
    title = ("h1.detail-desk", "h1.jdl_dtl")
    body = ("div.tmpt-desk-kon", "div.ctn")
    published = ("div.fs14.ff-opensans.font-gray", "div.fs13.color-gray")
    byline = "div.fs13.font-gray.ff-knowledge-l"
    section = "div.breadcumb a + a"
    tags = "a[href*='/tag/']"
    whole = "?page=all"
