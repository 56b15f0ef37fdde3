"""All settings: value, Scrapy's default, reason."""

from __future__ import annotations

import os
from pathlib import Path

from output.schema import ARTICLES

BASE = Path(__file__).resolve().parent.parent

BOT_NAME = "wartatek"  # default "scrapybot"
VERSION = "0.1.0"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.commands"
TEMPLATES_DIR = str(BASE / "crawler" / "templates")  # absolute: genspider may run anywhere

# -- Places: the dataset, the state, a newsroom in place of the web
OUTPUT_DIR = os.environ.get("OUTPUT_DIR") or str(BASE / "output" / "data")
STATE_DIR = os.environ.get("STATE_DIR", "")  # of state.db: a local folder; "": OUTPUT_DIR
METRICS_FILE = os.environ.get("METRICS_FILE", "")  # "": metrics/wartatek.prom beside the state
PART_ROWS = 1000  # rows that wait in memory before they are published, or 32 MB,
PART_SECONDS = 300  # or so long: after a kill, the next run fetches the waiting rows again
NEWSROOM = os.environ.get("NEWSROOM", "")  # URL of a newsroom on loopback that plays every outlet
ADDONS = {"crawler.newsroom.addon.NewsroomAddon": 0}  # default {}; also for -s NEWSROOM=

# -- The pages themselves, so that a better rule can read them again
ARCHIVE = os.environ.get("ARCHIVE", "1") != "0"  # about 30 KB an article
ARCHIVE_LISTS = False  # feeds, sitemaps and index pages too
ARCHIVE_KEEP = os.environ.get("ARCHIVE_KEEP", "")  # "90 days" or "50 GB", of all outlets; "": all

# -- Our contact: a mail address or a page for outlets; without it, the web is not crawled
CONTACT = os.environ.get("CONTACT", "")

# -- Outlets that ask in words not to be crawled and have given us their permission
PERMITTED: list[str] = []

# -- crawlall
PARALLEL_OUTLETS = 8  # outlets at a time; outlets on a shared host are crawled in turn
COMPACT_OVER = 20  # files of one outlet and month that are merged after a run
RUN_TIMEOUT = 3 * 3600  # seconds for a whole run of the present

# -- Second looks: ages of an article, in seconds since publication (not since the fetch), at which
# corrections and withdrawals are looked for
REFETCH_AFTER = [3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600]  # and never again

# -- Manners
ROBOTSTXT_OBEY = True  # default False
ROBOTSTXT_PARSER = "crawler.middlewares.robots.OwnRules"  # default matches names by prefix
ROBOTSTXT_USER_AGENT = "Wartatek"  # default USER_AGENT: rules name products, not sentences
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8; a slot is an outlet, asked once at a time
CONCURRENT_REQUESTS = 1  # default 16; requests in a slot could not be called back after a refusal
DOWNLOAD_DELAY = 2.0  # default 0: at most 30 requests a minute to one outlet
DOWNLOAD_DELAY_JITTER = 0.25  # default 0.5: enough not to be a metronome
AUTOTHROTTLE_ENABLED = True  # default False: a slow outlet is asked more slowly
AUTOTHROTTLE_START_DELAY = 2.0  # default 5: DOWNLOAD_DELAY is where it starts
COOKIES_ENABLED = False  # default True: nothing here needs to be recognised
TELNETCONSOLE_ENABLED = False  # default 1: no port is opened by a cron job
REMOTE_CONTROL_ENABLED = False  # default True: nor any file to steer it
REFERRER_POLICY = "no-referrer"  # default sends the page of the link, which no outlet needs
DEFAULT_REQUEST_HEADERS = {  # default has English
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "id,en;q=0.5",
}
DOWNLOAD_VERIFY_CERTIFICATES = True  # default False: a forged article is worse than none
METAREFRESH_ENABLED = False  # default True: articles reload themselves for their advertisements
REDIRECT_MAX_TIMES = 5  # default 20; RFC 9309 asks for five

# -- Time and size
DOWNLOAD_TIMEOUT = 30  # seconds, default 180: a hung server costs half a minute
CLOSESPIDER_TIMEOUT = 1500  # seconds, default 0: an outlet ends before cron runs again
DNS_TIMEOUT = 8  # seconds, default 60: two in a row show that DNS is down
TWISTED_DNS_RESOLVER = "crawler.middlewares.resolver.PublicResolver"  # default: any address
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # default 1 GB; pages weigh 0.1 to 0.5 MB, a flat sitemap 10
DOWNLOAD_WARNSIZE = 0  # default 32 MB: above the maximum
RETRY_TIMES = 2  # the default; the next run asks again for articles that failed
RETRY_AFTER_MAX = 300  # seconds; a longer wait is left to a later run
RETRY_AFTER_DEFAULT = 30  # seconds, after a 429 or 503 without Retry-After
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # default ERROR: counted, and the next run tries again
CONCURRENT_ITEMS = 1  # default 100 tasks for each page; ours hold one article
WARN_ON_GENERATOR_RETURN_VALUE = False  # default True: parses our callbacks again for each page

# default: Scrapy's handlers, which read local files for any spider that asks
DOWNLOAD_HANDLERS: dict[str, str | None] = dict.fromkeys(("data", "file", "ftp", "s3"))
DOWNLOADER_MIDDLEWARES = {
    # The gate does more, and counts; Scrapy's own would drop requests uncounted.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.middlewares.pace.SlotMiddleware": 10,
    "crawler.middlewares.gate.GateMiddleware": 50,
    "crawler.middlewares.blocking.BlockingMiddleware": 90,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.middlewares.retry.PoliteRetryMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.gate.PlainRedirectMiddleware": 600,
    "crawler.middlewares.conditional.ConditionalMiddleware": 560,  # sees bodies after decompression
    "crawler.middlewares.charset.CharsetMiddleware": 595,  # before decompression needs it
    "crawler.middlewares.archiving.ServedMiddleware": 800,  # before anybody changes the headers
}
SPIDER_MIDDLEWARES = {"crawler.middlewares.archiving.ArchiveMiddleware": 900}  # next to the spider
EXTENSIONS = {
    "scrapy.extensions.throttle.AutoThrottle": None,
    "crawler.middlewares.pace.PoliteThrottle": 0,
    "crawler.runs.manifest.RunManifest": 0,
}
ITEM_PIPELINES = {
    "pipelines.clean.CleanPipeline": 100,
    "pipelines.same_page.SamePagePipeline": 150,
    "pipelines.classify.ClassifyPipeline": 200,
    "pipelines.validate.ValidatePipeline": 300,
    "pipelines.deduplicate.DeduplicatePipeline": 400,
    "pipelines.store.StorePipeline": 500,
}
BODY_MIN_WORDS = 25  # a shorter body is a caption or a teaser, unless a paywall cut it

# -- Stock exports (`-o x.jsonl`) carry the dataset's columns; there the outlet is part of the path
FEED_EXPORT_FIELDS = ["outlet", *ARTICLES.names]  # default None: whatever the item holds
FEED_EXPORTERS = {"parquet": "output.exporter.ParquetItemExporter"}
FEED_STORAGES = {  # appending to a Parquet file would lose what is appended
    "": "output.exporter.FileStorage",
    "file": "output.exporter.FileStorage",
}
FEED_EXPORT_ENCODING = "utf-8"  # default None: JSON would escape every accent

# -- Log
LOG_LEVEL = "INFO"  # default DEBUG: which prints every item, body and all
LOG_FORMATTER = "crawler.terminal.log.LogFormatter"  # default prints whole items
