"""`python -m tests.doctor_picture`: docs/pictures/doctor.svg, six outlets broken in six ways."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from html import escape

from crawler.newsroom import Newsroom, World
from output import clock
from tests.places import CHECKOUT

PICTURE = CHECKOUT / "docs" / "pictures" / "doctor.svg"
OUTLETS = ["kontan", "detikinet", "mediaindonesia", "selular", "liputan6", "uzone", "jagatreview"]
CONSENT = (
    "<html><head><title>Privasi Anda</title></head><body><main><h1>Privasi Anda</h1><p>Kami dan "
    "900 mitra kami menyimpan atau mengakses informasi pada perangkat, seperti cookie, dan olah "
    "data pribadi untuk iklan dan konten yang dipersonalisasi.</p></main></body></html>"
)
FAST = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False")
COLUMNS = 112
NO_BREAK = "\u00a0"  # SVG shows several other spaces as a single space
SIZE, ADVANCE, LINE, EDGE = 13, 7.83, 18, 16  # pixels


def break_outlets(room: Newsroom) -> None:
    """Let all outlets but the first be broken, each in a way of its own."""
    room.fail("challenge", host="inet.detik.com", status=202)
    room.fail("status", host="mediaindonesia.com", path="/(feed|tekno|sitemap)", status=404)
    room.fail("status", host="selular.id", path=r"/\d{4}/", status=403)
    room.world.robots["liputan6"] = "User-agent: *\nDisallow: /\n"
    room.fail("wall", host="uzone.id", path="-", page=CONSENT)
    room.fail("status", host="www.jagatreview.com", path="/feed|/page", status=500)


def screen() -> str:
    """Return the lines that doctor prints."""
    world = World(5, OUTLETS, now=clock.now(), recent=14, past=0)
    with Newsroom(world) as room, tempfile.TemporaryDirectory() as folder:
        break_outlets(room)
        environment = os.environ | {
            "NEWSROOM": room.url, "OUTPUT_DIR": folder, "STATE_DIR": "", "COLUMNS": str(COLUMNS)
        }  # fmt: skip
        command = [sys.executable, "-m", "scrapy", "doctor", *OUTLETS]
        for setting in FAST:
            command += ["-s", setting]
        done = subprocess.run(
            command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1, done.stderr
    return "\n".join([f"$ scrapy doctor {' '.join(OUTLETS)}", *done.stdout.rstrip().splitlines()])


def drawn(text: str) -> str:
    """Return a terminal with `text` as SVG."""
    lines = [line.rstrip() for line in text.splitlines()]
    width = 2 * EDGE + round(ADVANCE * max(map(len, lines)))
    height = 2 * EDGE + LINE * len(lines)
    spaced = [escape(line).replace(" ", NO_BREAK) for line in lines]
    rows = "\n".join(
        f'<text x="{EDGE}" y="{EDGE + LINE * n + SIZE}">{line}</text>'
        for n, line in enumerate(spaced)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="100%" height="100%" rx="6" fill="#1d1f21"/>\n'
        f'<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="{SIZE}" '
        f'fill="#d7dad7">\n{rows}\n</g></svg>\n'
    )


if __name__ == "__main__":
    PICTURE.write_text(drawn(screen()), "utf-8")
