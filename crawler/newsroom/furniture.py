"""The page around an article: menus, three sidebars, scripts, comments and footer.

Real pages weigh 55 to 330 KB and hold 800 to 4,000 tags, nearly all of them furniture. The
furniture of an outlet is made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from crawler.newsroom.prose import full_name
from crawler.newsroom.templates import template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.newsroom.houses import House
    from crawler.newsroom.story import Entry

SLOTS = 300  # ad slots, each some 150 bytes of script
MENU = (
    "Nasional", "Ekonomi", "Internasional", "Olahraga", "Hiburan", "Teknologi", "Otomotif", "Sains",
    "Kesehatan", "Wisata", "Kuliner", "Opini", "Kolom", "Foto", "Video", "Infografik", "Regional",
    "Properti", "Pendidikan", "Gaya Hidup", "Cek Fakta", "Indeks", "Terpopuler", "Topik Pilihan",
)  # fmt: skip
BOXES = ("Terpopuler", "Berita Terkini", "Pilihan Redaksi")
REMARKS = (
    "Semoga cepat sampai ke daerah saya.",
    "Baca juga komentar di bawah, banyak yang setuju.",
    "Harganya masih kemahalan menurut saya.",
    "Terima kasih infonya, min.",
    "Sudah coba kemarin, lumayan lancar.",
)


MARK = b"<!-- furniture -->"


@dataclass(frozen=True, slots=True)
class Furniture:
    """The parts that every page of an outlet shares."""

    head: bytes
    top: bytes
    sidebars: bytes
    bottom: bytes

    def around(self, core: bytes) -> bytes:
        """Return the whole page: `core` with each mark replaced by the part of that name."""
        start, head, main, aside, end = core.split(MARK)
        return b"".join(
            (start, self.head, head, self.top, main, self.sidebars, aside, self.bottom, end)
        )


def furnish(house: House, entries: Sequence[Entry], seed: int) -> Furniture:
    """Return the furniture of an outlet, with sidebars that link to some of `entries`."""
    rng = Random(f"{seed}/{house.name}/furniture")
    macros: Any = template("furniture").module
    slots = [_slot(rng) for _ in range(SLOTS)]
    remarks = [(full_name(rng), rng.choice(REMARKS)) for _ in range(12)]
    boxes = [rng.choices(entries, k=20) if entries else [] for _ in BOXES]
    sidebars = "".join(map(macros.sidebar, BOXES, boxes))
    bottom = macros.bottom(house, remarks) + macros.scripts(slots[SLOTS // 3 :])
    return Furniture(
        head=macros.scripts(slots[: SLOTS // 3]).encode(),
        top=macros.top(house, MENU).encode(),
        sidebars=sidebars.encode(),
        bottom=bottom.encode(),
    )


def _slot(rng: Random) -> dict[str, int]:
    """Return the script of an ad slot, as tag managers define them by the hundred."""
    return {
        "account": rng.randrange(10**8),
        "name": rng.randrange(10**9),
        "width": rng.choice((300, 728, 970)),
        "height": rng.choice((90, 250, 600)),
    }
