from crawler.sources import Listing, Sitemap
from crawler.spider import NewsSpider


class TribunnewsSpider(NewsSpider):
    """Tribunnews Techno. Every item of its feed points home; its index repeats the tenth page
    for ever. Tribun's regional hosts share the template, which has stood since 2020."""

    name = "tribunnews"
    publisher = "Tribunnews"
    status = "verified"
    allowed_domains = ["www.tribunnews.com"]
    sources = (
        Sitemap("https://www.tribunnews.com/techno/sitemap-news.xml", status="inferred", news=True),
        Sitemap("https://www.tribunnews.com/sitemap.xml", status="verified", follow="/techno/"),
        Listing(
            "https://www.tribunnews.com/index-news/techno?date={day:%Y-%m-%d}&page={page}",
            links="ul.lsi a",
        ),
    )
    technology = "/techno/"
    article_url = r"tribunnews\.com/(?:[a-z-]+/)?(?:(?P<id>\d{6,})|\d{4}/\d\d/\d\d)/[a-z0-9-]+"
    body = "div.txt-article"
    published = "time"
    byline = "#penulis"
    editor = "#editor"
    tags = ".tagcloud3 a"
    junk = ("p.baca", ".summary-article", ".ads-placeholder", "h4.hide")
    whole = "?page=all"
    own_names = ("Tribunnews.com",)
