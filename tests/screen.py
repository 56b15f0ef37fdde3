"""A headless Chromium: Debian's packages chromium and chromium-driver; tests skip without."""

from __future__ import annotations

import importlib.util
import json
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome
    from starlette.applications import Starlette

MISSING = [name for name in ("chromium", "chromedriver") if not shutil.which(name)] + [
    name for name in ("selenium",) if not importlib.util.find_spec(name)
]
needs_screen = pytest.mark.skipif(
    bool(MISSING), reason=f"no headless browser: {', '.join(MISSING)} not installed"
)
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--disable-dev-shm-usage",
)  # fmt: skip


@contextmanager
def screen(profile: Path) -> Iterator[Chrome]:
    """A browser with an empty profile, that notes every request and every word on the console."""
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium") or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options, ChromeService(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The address at which `app` answers meanwhile."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    listener = server.config.bind_socket()
    listener.listen()  # the browser may knock before the server's thread has come to it
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


def look(browser: Chrome, *, width: int = 1200, height: int = 900, dark: bool = False) -> None:
    """Set the size of the window in CSS pixels, and whether the person prefers a dark page."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def asked_for(browser: Chrome) -> list[str]:
    """The URLs that the browser has asked for since this was called last."""
    events: list[dict[str, Any]] = [
        json.loads(entry["message"])["message"] for entry in browser.get_log("performance")
    ]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


def complaints(browser: Chrome) -> list[str]:
    """What has been said on the console since this was called last."""
    return [entry["message"] for entry in browser.get_log("browser")]
