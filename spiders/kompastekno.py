from crawler.sources import Listing, Sitemap
from crawler.spider import NewsSpider


class KompasTeknoSpider(NewsSpider):
    """Kompas Tekno. Many honest clients get a challenge (status 202) or a 403, so it runs by
    name only. There is no feed; the index lists any day. JSON-LD names the editor as the author."""

    name = "kompastekno"
    publisher = "Kompas.com"
    status = "blocked"
    allowed_domains = ["tekno.kompas.com", "indeks.kompas.com", "www.kompas.com"]
    sources = (
        Listing(
            "https://indeks.kompas.com/?site=tekno&date={day:%Y-%m-%d}&page={page}",
            links=".articleItem a.article-link, .article__list a",
        ),
        Sitemap("https://tekno.kompas.com/sitemap-news-tekno.xml", status="inferred", news=True),
    )
    technology = r"//tekno\."
    article_url = r"kompas\.com/(?:[a-z-]+/)?read/(?:xml/)?(?P<id>[\d/]{10}/\d{6,12}|\d\d\w\d{11})/"
    body = (".read__content", ".kcm-read-text", ".div-read")
    body_end = "#EndOfArticle"
    published = (".read__time", ".kcm-read-top .msmall", ".kcm-date")
    byline = ("#penulis a", ".credit-title-nameEditor", ".credit-title-name")
    editor = ("#editor a",)
    editor_place = "last"
    section = ".breadcrumb__wrap a"
    tags = (".tag__article__link", ".tagsCloud-tag a")
    junk = ("[class^=inject-baca-juga]", "[class^=kompasidRec]", ".kcm-read-terkait")
    distrust = frozenset({"authors"})
    whole = "?page=all"
