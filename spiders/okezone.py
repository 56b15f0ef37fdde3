from crawler.sources import Feed, Listing
from crawler.spider import NewsSpider


class OkezoneSpider(NewsSpider):
    """Okezone Ototekno. Cars and technology share the section, so topic decides. All but a
    single feed stopped years ago; metadata of 2020 is wrong by years; mpi repeats SINDOnews."""

    name = "okezone"
    publisher = "Okezone"
    allowed_domains = [
        "ototekno.okezone.com",
        "techno.okezone.com",
        "index.okezone.com",
        "sindikasi.okezone.com",
    ]
    sources = (
        Feed("https://sindikasi.okezone.com/index.php/rss/16/RSS2.0", status="reported-ok"),
        Listing("https://ototekno.okezone.com/indeks/{day:%Y/%m/%d}/{offset}", "a", step=10),
        Listing(
            "https://index.okezone.com/bydate/channel/{day:%Y/%m/%d}/630/{offset}/", "a", step=15
        ),
    )
    technology = r"//techno\."
    article_url = r"//(?!mpi)[a-z]+\.okezone\.com/read/\d{4}/\d\d/\d\d/\d+/(?P<id>\d+)/"
    body = (".c-detail.read", "div.description.read[itemprop=articleBody]", "#contentx")
    published = (".journalist span", ".namerep b")
    byline = (".journalist a", ".namerep")
    section = ".breadcrumb li:last-child"
    tags = ("#tag .box-tag a", ".detail-tag a")
    junk = ("#baca-juga", "#bacajuga", ".detail-tag", "[class^=inject-]", "[class^=banner]")
    distrust = frozenset({"published"})
    whole = "?page=all"
