"""`python -m tests.pictures`: the pictures in docs/pictures, from the demo's dataset.

Needs Debian's chromium and chromium-driver, and a dataset: `make demo` writes the one that
OUTPUT_DIR=output/demo in the environment names.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.settings import OUTPUT_DIR
from output.search import Question
from output.stories import stories
from tests.datasets import library_of
from tests.places import CHECKOUT
from tests.screen import look, screen

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PICTURES = CHECKOUT / "docs" / "pictures"
SCREENS = {"light": (1200, False), "dark": (1200, True), "phone": (390, False)}
HEIGHT = 1000
SCRAPY = (sys.executable, "-m", "scrapy")


def take(browser: Chrome, url: str, name: str, at: str = "body") -> None:
    """A picture of `url` on every screen, from the element `at` down."""
    for screen_name, (width, dark) in SCREENS.items():
        look(browser, width=width, height=HEIGHT, dark=dark)
        browser.get(url)
        browser.execute_script("document.querySelector(arguments[0]).scrollIntoView()", at)
        shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        (PICTURES / f"{name}-{screen_name}.png").write_bytes(base64.b64decode(shot["data"]))


def _copied(location: str) -> str:
    """The first article of the story that most articles tell."""
    told = stories(location).sort_by([("articles", "descending")])
    return told["article_ids"][0].as_py()[0]


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    library = library_of(Path(OUTPUT_DIR))
    found = (
        library.search(Question(outlets=("kontan",))).articles
        or library.search(Question()).articles
    )
    newest = f"{found[0]['published']:%Y-%m-01}"
    serve = [*SCRAPY, "browse", "--port", "0", "-s", f"OUTPUT_DIR={OUTPUT_DIR}"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server,
    ):
        page = Path(folder) / "report.html"
        write = [
            *SCRAPY,
            "report",
            "-o",
            str(page),
            "--since",
            newest,
            "-s",
            f"OUTPUT_DIR={OUTPUT_DIR}",
        ]
        subprocess.run(write, check=True)
        assert server.stdout is not None
        site = server.stdout.readline().split()[4].rstrip("/")
        try:
            with screen(Path(folder) / "profile") as browser:
                take(browser, page.as_uri(), "report")
                take(browser, page.as_uri(), "report-fields", "#hours")
                take(browser, f"{site}/?words=ponsel", "browse")
                take(browser, f"{site}/analysis?words=ponsel&against=startup", "browse-analysis")
                article = quote(found[0]["article_id"], safe="")
                take(browser, f"{site}/article/{article}", "browse-article")
                take(
                    browser, f"{site}/stories/{quote(_copied(OUTPUT_DIR), safe='')}", "browse-story"
                )
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
