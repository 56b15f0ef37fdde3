from crawler.families import DetikNetworkSpider
from crawler.sources import Feed, Listing, Sitemap


class CnnIndonesiaSpider(DetikNetworkSpider):
    """CNN Indonesia Teknologi. JSON-LD leaves out the author; the index goes back by page only."""

    name = "cnnindonesia"
    publisher = "CNN Indonesia"
    allowed_domains = ["www.cnnindonesia.com"]
    sources = (
        Feed("https://www.cnnindonesia.com/teknologi/rss", status="verified"),
        Listing("https://www.cnnindonesia.com/teknologi/indeks/8?page={page}", links="article a"),
        Sitemap("https://www.cnnindonesia.com/teknologi/sitemap_web.xml"),
    )
    technology = "/teknologi/"
    article_url = r"cnnindonesia\.com/(?!tv/|foto)[a-z-]+/\d{14}-\d+-(?P<id>\d+)/"
    body = (".detail-text", "#detikdetailtext")
    body_end = ".end-of-article"
    published = ".text-cnn_grey"
    byline = ".text-cnn_black_light3 span:not(.text-cnn_red)"
    section = "a.gtm_breadcrumb_kanal"
