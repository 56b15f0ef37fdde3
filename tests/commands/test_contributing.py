"""docs/add-an-outlet.md, step by step, in a copy of the checkout, against an outlet on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests import prefork
from tests.moment import NOW
from tests.places import CHECKOUT

GUIDE = (CHECKOUT / "docs" / "add-an-outlet.md").read_text("utf-8")
TITLE = "Kabel Laut Baru Ditarik ke Pulau Terluar"
ARTICLE = "/berita/10412/kabel-laut-baru-ditarik-ke-pulau-terluar"
PROSE = [
    "Kapal penarik kabel laut berangkat dari pelabuhan pada subuh hari dengan dua puluh awak.",
    "Kabel serat optik sepanjang empat ratus kilometer itu akan menghubungkan enam pulau kecil.",
    "Warga pulau berharap sinyal internet dapat dipakai murid sekolah sebelum musim angin barat.",
]
PAGE = f"""<!doctype html><html lang="id"><head><title>{TITLE}</title>
<script>var iklan = "muat";</script></head><body><h1>{TITLE}</h1>
<div class="penulis">Sri Handayani</div><div class="tanggal">{NOW:%d/%m/%Y %H:%M} WIB</div>
<div class="isi"><p>{PROSE[0]}</p>
<p>Baca juga: <a href="/berita/10001/a">Satelit Kecil Mulai Mengorbit Tahun Ini</a></p>
<p>{PROSE[1]}</p><p>{PROSE[2]}</p></div><div class="topik"><a href="/tag/kabel">kabel laut</a></div>
</body></html>"""
FEED = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Kabar Tekno</title><item>
<title>{TITLE}</title><link>https://kabartekno.example{ARTICLE}</link>
<pubDate>{format_datetime(NOW - timedelta(hours=1))}</pubDate></item></channel></rss>"""


class KabarTekno(BaseHTTPRequestHandler):
    """The outlet of the guide."""

    def do_GET(self) -> None:
        pages = {"/feed": ("application/rss+xml", FEED), ARTICLE: ("text/html", PAGE)}
        kind, body = pages.get(self.path, ("text/plain", ""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def outlet():
    with ThreadingHTTPServer(("127.0.0.1", 0), KabarTekno) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("crawler", "spiders", "pipelines", "output", "tests"):
        shutil.copytree(
            CHECKOUT / name,
            folder / name,
            # A contributor may have followed the guide to the letter.
            ignore=shutil.ignore_patterns("__pycache__", "data", ".hypothesis", "kabartekno*"),
        )
    for name in ("scrapy.cfg", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, folder)
    return folder


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def run(copy, outlet):
    def in_the_copy(command: str, code: int = 0, stream: str = "") -> str:
        python, *arguments = command.split()
        assert python == ".venv/bin/python"
        environment = os.environ | {"NEWSROOM": outlet}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        said: str = getattr(done, stream or ("stderr" if code else "stdout"))
        return said

    return in_the_copy


@pytest.fixture(scope="module")
def commands():
    return [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def declared(copy, run, commands):
    """The guide's outlet, generated and then filled in as the guide does."""
    run(commands[0])
    path = copy / "spiders" / "kabartekno.py"
    generated = path.read_text("utf-8")
    path.write_text(blocks("python")[0], "utf-8")
    return generated


def test_every_step_of_the_guide_is_tried(commands):
    words = [command.split()[3] for command in commands[:-2]]
    assert words == ["genspider", "check", "extract", "snapshot", "snapshot", "snapshot"]
    assert commands[-2].startswith(".venv/bin/python -m pytest")
    assert commands[-1] == "make test"


def test_each_template_makes_a_spider_that_loads_and_is_named_as_the_house_does(run, copy):
    made = []
    for template in ("news", "sitemap", "index", "wordpress"):
        name = f"contoh{template}"
        run(f".venv/bin/python -m scrapy genspider -t {template} {name} {name}.example")
        made.append(copy / "spiders" / f"{name}.py")
        source = made[-1].read_text("utf-8")
        assert f'"https://{name}.example/' in source
        assert f"class {name.capitalize()}Spider(" in source
    assert {path.stem for path in made} <= set(run(".venv/bin/python -m scrapy list").split())
    for path in made:
        path.unlink()


def test_check_says_which_rule_gave_each_field(declared, run, commands):
    assert "class KabarteknoSpider(NewsSpider)" in declared
    said = run(commands[1])
    for rule in ("div.isi", ".tanggal", ".penulis", ".topik a"):
        assert rule in said
    assert "3 paragraphs" in said
    assert "1 pages became articles" in said


@pytest.fixture(scope="module")
def kept(declared, run, copy, commands):
    """The fixture that the guide makes."""
    run(commands[3])
    [page] = (copy / "tests" / "fixtures" / "kabartekno").glob("*.html")
    return page


def test_snapshot_keeps_the_page_in_our_words(kept):
    source = kept.read_text("utf-8")
    theirs = (*PROSE, TITLE, "Sri Handayani", "Satelit Kecil")
    assert not any(words in source for words in theirs)
    assert "Baca juga: <a href=" in source
    assert '<div class="isi"><p>' in source
    assert "<script" not in source
    expected = json.loads(kept.with_suffix(".json").read_text("utf-8"))
    assert len(expected["paragraphs"]) == 3
    assert len(expected["related"]) == 1
    assert expected["authors"] == ["Warga A"]
    assert expected["body_source"] == "css:div.isi"
    assert expected["url"].startswith("https://kabartekno.example/berita/10412/")


def test_snapshot_replaces_no_fixture_unasked(kept, run, commands):
    """Changes that a contributor made by hand stay."""
    before = kept.read_bytes()
    kept.write_text("cut by hand", "utf-8")
    said = run(commands[3], 2)
    assert f"{kept.name} is there: rename it and its JSON to keep both, or give --replace" in said
    assert kept.read_text("utf-8") == "cut by hand"
    run(f"{commands[3]} --replace")
    assert kept.read_bytes() == before


def test_snapshot_expect_rewrites_the_expectation_alone(kept, run, commands):
    target, page = kept.with_suffix(".json"), kept.read_bytes()
    before = target.read_text("utf-8")
    target.write_text(json.dumps(json.loads(before) | {"title": "salah"}), "utf-8")
    run(commands[5])
    assert kept.read_bytes() == page
    assert target.read_text("utf-8") == before


def test_a_saved_file_serves_where_no_network_is(kept, run, copy, commands):
    before = kept.read_bytes()
    link = f'<link rel="canonical" href="https://kabartekno.example{ARTICLE}">'
    (copy / "saved.html").write_text(PAGE.replace("</head>", link + "</head>"), "utf-8")
    assert "css:div.isi" in run(commands[2])
    run(f"{commands[4]} --replace")
    ours = re.sub(rb'<link rel="canonical"[^>]*>', b"", kept.read_bytes())
    assert ours == before


@pytest.fixture(scope="module")
def listed(kept, copy):
    """The file of article URLs, with the guide's outlet in it and in no line before."""
    urls = copy / "tests" / "outlet_urls.toml"
    ours = blocks("toml")
    text = urls.read_text("utf-8")
    for block in ours:
        text = text.replace(block, "")
    urls.write_text(text + ours[0], "utf-8")
    return urls


def test_the_outlets_own_test_passes_at_the_end(listed, run, commands):
    run(commands[6] + " -p no:cacheprovider")


def test_an_outlet_without_bylines_is_told_how_to_declare_that(listed, kept, run, commands):
    page = kept.read_text("utf-8")
    kept.write_text(re.sub(r'<div class="penulis">.*?</div>', "", page), "utf-8")
    run(commands[5])
    said = run(commands[6] + " -p no:cacheprovider", 1, stream="stdout")
    assert f"kabartekno/{kept.stem}.json: authors is empty" in said
    declared = blocks("toml")[1]
    assert all(line in said for line in declared.splitlines())
    assert "spiders/kabartekno.py" in said
    listed.write_text(listed.read_text("utf-8") + declared, "utf-8")
    run(commands[6] + " -p no:cacheprovider")


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("check republika", "its robots.txt refuses us"),
        ("snapshot kontan", "name an outlet and a URL or FILE"),
        ("snapshot kontan nowhere.html", "nowhere.html"),
        ("snapshot kontan --expct", "unknown option --expct"),
    ],
)
def test_a_mistake_is_one_clear_line(outlet, command, complaint):
    done = prefork.scrapy(*command.split(), env=os.environ | {"NEWSROOM": outlet})
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
