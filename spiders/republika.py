from crawler.spider import NewsSpider


class RepublikaSpider(NewsSpider):
    """Republika Tekno. robots.txt refuses Scrapy by name: no source is declared, nothing fetched;
    the rules read pages that others have archived. JSON-LD names the editor as the author."""

    name = "republika"
    publisher = "Republika"
    status = "refused"
    allowed_domains = ["tekno.republika.co.id", "www.republika.co.id", "republika.co.id"]
    sources = ()
    technology = r"//tekno\.|/trendtek/"
    article_url = (
        r"republika\.co\.id/berita/+(?!inpicture)(?:[a-z/-]+(?:/\d\d){3}/)?"
        r"(?P<id>[a-z0-9]{6,14})[-/]"
    )
    body = (".article-content", ".content-detail")
    body_end = "#next-article"
    published = ".date-detail"
    byline = ".red"
    editor = ".red"
    section = ".breadcrumb a:last-child"
    tags = ".tagging a"
    junk = (".picked-article", ".baca-juga", "[id^=div-gpt-ad]", "[id^=bn_]")
    distrust = frozenset({"authors"})
    own_names = ("Republika.co.id",)
