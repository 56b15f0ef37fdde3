"""A site and reports over a dataset that has something for every page, for tests in a browser."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import uvicorn

from crawler.archive.writer import Archive, Exchange
from crawler.state.mentions import rebuild_mentions
from crawler.web.browse.site import serve_on
from output.filesystem import Root
from tests.datasets import NOON, library_of, row, run, write, write_clusters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = b"<html><head><title>Asli</title></head><body><p>Isi berita nomor 1.</p></body></html>"
TEXT = [
    "Telkom membuka pabrik sel surya di Karawang pada hari Senin.",
    "Pabrik itu menghasilkan tiga ribu panel setiap hari untuk pasar dalam negeri.",
    "Menurut kepala dinas, dua ratus orang bekerja di sana sejak awal bulan ini.",
]
EVERY_PAGE = (
    "/", "/?words=pabrik", "/?words=pabrik+topic:", "/?words=tidakada", "/?since=kemarin",
    "/analysis?words=berita&against=pabrik", "/analysis?words=tidakada",
    "/article/kontan:1", "/article/lost:1", "/stories/kontan:1", "/entity/telkom", "/nothing",
)  # fmt: skip


def fill(folder: Path) -> Path:
    """Write articles of two outlets over months: revised, copied, cleaned, undated, with a page."""
    archive = Archive(Root(folder), folder / "open", "kontan", "uji")
    headers = [(b"Content-Type", b"text/html")]
    place = archive.keep(Exchange("https://contoh.example/1", NOON, [], 200, headers, PAGE))
    archive.finish()
    changed = [TEXT[0], TEXT[1].replace("tiga ribu", "empat ribu"), TEXT[2]]
    taken = [{"rule": "baca-juga:promo", "text": "Baca juga: Kabar lain"}]
    told = {"title": "Pabrik sel surya dibuka", "topics": ["ai"], "tags": ["energi"]}
    write(
        folder,
        kontan=[
            row(1, paragraphs=TEXT, archive=place, **told),
            row(1, paragraphs=changed, fetched_at=NOON + timedelta(days=1), removed=taken, **told),
            *[
                row(n, topics=["gadget" if n % 3 else "ai"], published_at=NOON - timedelta(days=n))
                for n in range(2, 60)
            ],
        ],
        tirto=[
            row(9, "tirto", paragraphs=changed, agencies=["Antara"], **told),
            row(90, "tirto", published_at=None),
        ],
    )
    write_clusters(folder, {"kontan:1": ["kontan:1", "tirto:9"]})
    for outlet in ("kontan", "tirto"):
        rebuild_mentions(folder, outlet)
    write(folder, "runs", kontan=[run(), run("unhealthy")])
    return folder


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of browse over `folder`."""
    app = serve_on(library_of(folder))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    listener = server.config.bind_socket()
    listener.listen()  # the browser may knock before the server's thread has come to it
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
