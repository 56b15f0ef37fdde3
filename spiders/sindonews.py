from crawler.sources import Feed, Listing
from crawler.spider import NewsSpider


class SindoNewsSpider(NewsSpider):
    """SINDOnews Tekno. Bodies have line breaks instead of paragraphs; index 612 is technology."""

    name = "sindonews"
    publisher = "SINDOnews"
    allowed_domains = ["sindonews.com"]
    sources = (
        Feed("https://sindikasi.sindonews.com/rss/tekno", status="reported-ok"),
        Feed("https://www.sindonews.com/feed", status="verified"),
        Listing("https://www.sindonews.com/indeks/612/{offset}?t={day:%Y-%m-%d}", links="a"),
    )
    technology = r"//tekno\."
    article_url = r"//(?!scope|media|index)[a-z]+\.sindonews\.com/(?:news)?read/(?P<id>\d+)/"
    body = ("#detail-desc", ".detail-desc")
    published = ".detail-date-artikel"
    byline = ".detail-nama-redaksi a[rel=author]"
    junk = ("[class^=baca-juga]", ".lihat-juga", ".v-youtube")
    whole = "?showpage=all"
    own_names = ("SINDOnews.com",)
