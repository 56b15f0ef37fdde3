from crawler.sources import Feed, Listing, Sitemap
from crawler.spider import NewsSpider


class MediaIndonesiaSpider(NewsSpider):
    """Media Indonesia. Its metadata names the editor as author, and a time after the page's own."""

    name = "mediaindonesia"
    publisher = "Media Indonesia"
    status = "verified"
    allowed_domains = ["mediaindonesia.com"]
    sources = (
        Feed("https://mediaindonesia.com/feed", status="reported-ok"),
        Listing("https://mediaindonesia.com/teknologi/20/{offset}", links="ul.list-3 .text a"),
        Sitemap("https://mediaindonesia.com/sitemap-news.xml", news=True),
        Sitemap("https://mediaindonesia.com/sitemap.xml", status="reported-ok"),
    )
    technology = r"mediaindonesia\.com/teknologi/"
    article_url = (
        r"//(?:www\.)?mediaindonesia\.com/(?!video|galleries|indeks)[\w-]+/(?P<id>\d+)/(?!\d+$)"
    )
    title = (".post-header h1", "h1")
    body = ("div.article", "div.jap", "div[itemprop~=articleBody]")
    published = (".datetime", "span.meta")
    byline = ("div.author-2", "span.author")
    editor = ".info-author a.author"
    section = ("ul.mi-breadcrumb li + li a", "ol.breadcrumb li + li a")
    tags = "ul.related-tags a"
    junk = (".flying-carpet", ".ext-channel", ".dfp-ad", "._ap_apex_ad", "p.related-news")
    distrust = frozenset({"authors", "published"})
