from crawler.sources import Feed, Listing
from crawler.spider import NewsSpider


class TempoTeknoSpider(NewsSpider):
    """Tempo Tekno. Its feeds were seen empty or refused; the section lists by page, and the past is
    not listed by day. Some articles are paid for."""

    name = "tempotekno"
    publisher = "Tempo.co"
    allowed_domains = ["www.tempo.co", "tempo.co", "tekno.tempo.co", "rss.tempo.co"]
    sources = (
        Feed("https://rss.tempo.co/tekno", status="reported-ok"),
        Listing("https://www.tempo.co/tekno?page={page}", links="a", status="reported-ok"),
    )
    technology = r"//tekno\.|/(?:tekno|teknologi|digital|sains)/"
    article_url = (
        r"//(?!en\.)[a-z.]*tempo\.co/(?:read/(?:news/[\d/]{11})?|(?!video|foto|tag)[a-z-]+/[a-z0-9-]+-)"
        r"(?P<id>\d+)(?:/|$)"
    )
    body = ("#content-wrapper", ".detail-content", ".detail-konten", "#isi", ".artikel > p")
    published = ".block-tanggal"
    tags = ("a[href^='/tag/']", ".topik-terkait a")
    own_names = ("TEMPO",)
