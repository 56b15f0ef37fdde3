"""Junk that no cleaning rule names, so that the newsroom does not flatter the cleaner.

A seed plants two of these forms, in about 1 article of 16. They read like an outlet's house
notices, in plain paragraphs, and share nothing with the labels that rules look for:

- an invitation to tell the desk a story ("Punya cerita serupa ...");
- a poll ("Jajak pendapat hari ini: ...");
- a quiz ("Kuis Rabu: ...");
- a podcast's announcement ("Obrolan lengkapnya ada di siniar ...");
- a printed edition's notice ("Naskah ini terbit di edisi cetak ...");
- a data note ("Tabel di halaman ini dihitung ulang ...").

They stay in a stored body; docs list them as known leaks, and `Story.leaks` names them.
"""

from __future__ import annotations

from random import Random

NOTICES = (
    "Punya cerita serupa di tempat Anda? Redaksi menunggunya di kotak pos warga.",
    "Jajak pendapat hari ini: setujukah Anda bila gawai dilarang di meja makan?",
    "Kuis Rabu: tebak tiga istilah dari halaman ini dan menangkan payung dari redaksi.",
    "Obrolan lengkapnya ada di siniar Kabar Senja yang mengudara setiap pukul 19.00.",
    "Naskah ini terbit di edisi cetak halaman tujuh dengan susunan yang sedikit berbeda.",
    "Tabel di halaman ini dihitung ulang oleh mesin setiap pukul enam pagi.",
)
EVERY = 16


def planted(seed: int, rng: Random) -> tuple[str, ...]:
    """Return the leaks of a page: usually none, sometimes one of the seed's two forms."""
    forms = Random(f"{seed}/leaks").sample(NOTICES, 2)
    return (rng.choice(forms),) if rng.randrange(EVERY) == 0 else ()
