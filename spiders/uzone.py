from crawler.families import WordPressSpider
from crawler.sources import Feed


class UzoneSpider(WordPressSpider):
    """Uzone, Telkom's technology site. Articles stand at the root, told from pages by a long slug;
    that its markup is WordPress's is an assumption."""

    name = "uzone"
    publisher = "Uzone"
    allowed_domains = ["uzone.id"]
    sources = (Feed("https://uzone.id/feed", status="reported-ok"),)
    article_url = r"uzone\.id/[a-z0-9]+(?:-[a-z0-9]+){3,}/?$"
    own_names = ("Uzone.id",)
