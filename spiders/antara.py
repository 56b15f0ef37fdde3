from crawler.sources import Feed, Listing
from crawler.spider import NewsSpider


class AntaraSpider(NewsSpider):
    """ANTARA Tekno. The site forbids automatic crawling without the agency's written permission,
    so the spider runs only for holders of a permission. Article URLs do not name the section."""

    name = "antara"
    publisher = "ANTARA"
    status = "permission"
    allowed_domains = ["www.antaranews.com"]
    sources = (
        Feed("https://www.antaranews.com/rss/tekno.xml", status="verified"),
        Listing("https://www.antaranews.com/tekno/{page}", links=".card__post a"),
    )
    article_url = r"antaranews\.com/berita/(?P<id>\d+)/"
    body = (".wrap__article-detail-content", "#content_news")
    published = (".wrap__article-detail .list-inline-item", "[itemprop=datePublished]")
    byline = ("p.text-muted.mt-2.small", "[itemprop=author]")
    editor = ("p.text-muted.mt-2.small", "[itemprop=editor]")
    section = ".breadcrumbs__item"
    tags = ".blog-tags a"
    junk = (".baca-juga", "p.text-muted", "p.text-danger", "#box_fly")
    whole = "?page=all"
    own_names = ("ANTARA News",)
