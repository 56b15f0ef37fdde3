"""Classes and ids of Indonesian templates: promos, widgets, captions, hidden text.

The words come from real templates from 2015 on, and judge markup only; cleaning judges wording.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from crawler.items import Kind


class Verdict(NamedTuple):
    """The kind of an element, and the id of the rule that decided."""

    kind: Kind
    rule: str


_LONGEST = 1000  # characters of classes and ids, looked at in all
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

# Anything but a letter bounds a word: "baca-juga__list", "div_share", "tag".
_PROMO = (
    r"baca[-_]?juga\w*|(?<!\S)baca(?!\S)|lihat[-_]?j(?:uga|g)\w*|simak\w*|"
    r"read[-_]?(?:also|too|more|others?|next)|related\w*|terkait\w*|link[-_]?sisip|sisip\w*|"
    r"rekomendasi|recommend\w*|recomend\w*|ter?populer|popular|trending|terkini|"
    r"artikel[-_]?(?:lain\w*|terkait)|berita[-_]?(?:lain\w*|terkait|pilihan)|next[-_]?article|"
    r"more[-_]?(?:news|articles?)|other[-_]?(?:news|articles?)|picked|promosi|jp-relatedposts|dont-display|"
    r"(?:article|news|berita)[-_]?(?:list|card)|(?:list|card)[-_]?(?:article|news|berita)|"
    r"wp-embedded-content|embed[-_]?card|kg-bookmark[\w-]*|editors?[-_]pick\w*"
)
_WIDGET = (
    r"shares?|share\w*|sharing|sharedaddy|sos(?:med|ial)\w*|social|addthis\w*|comments?|komentar\w*|"
    r"disqus|newsletter|subscri\w*|langganan|tags?|tagging|tag(?:list|cloud)\w*|topik|"
    r"ads?|adv|advert\w*|adsense|adsbygoogle|adslot|iklan\w*|banner\w*|billboard|dfp|gpt|parallax\w*|"
    r"flying|skyscraper|sponsor\w*|outbrain|taboola|mgid|popin|dable\w*|revive|recommended|"
    r"breadcrumbs?|pagination|page[-_]?links|wpdiscuz\w*|pager|paging|page[-_]?numbers?|navigation|copyright|"
    r"author[-_]?(?:box|bio|info|desc\w*|card|profile|about)|(?:about|info)[-_]?(?:the[-_]?)?author|"
    r"tentang[-_][a-z-]+|about[-_](?:us|box)|"
    r"penulis\w*|byline|kredit|credits?|rating|vot(?:e|ing)|reaction\w*|polling|google[-_]?news|"
    r"(?<!\S)videos?(?!\S)|video[-_]?(?:box|player|embed|inline|terkait)|ext[-_]channel|toolbar|"
    r"ten[-_]second|ringkasan|intisari|tldr|key[-_]?points|(?:ai|article)[-_]summary|"
    r"summary[-_](?:box|article)|font[-_]?size\w*|sidebar|footer|toc|load(?:ing|er|[-_]?more)|"
    r"ez-toc\w*|daftar-isi|cta|"
    r"halaman[-_](?:selanjutnya|berikutnya)|product[-_]?(?:box|card)|cek[-_]harga|lowongan\w*|"
    r"jobs?[-_](?:widget|box|list)|bapps[\w-]*|rvideo[\w-]*|lwptoc\w*|saboxplugin[\w-]*|polls?|"
    r"jajak\w*|buletin|siniar|podcast[-_]?(?:box|player|promo|card)|dukung(?:an)?|donasi\w*|donat(?:e|ion)|sign[-_]?up[\w-]*|opt[-_]?in[\w-]*|mailing[-_]?list|"
    r"app[-_]?(?:box|banner|promo|download)|(?:box|banner)[-_](?:unduh|app|aplikasi)|smart[-_]?app|"
    r"wp-block-buttons?|btn"
)
_CAPTION = (
    r"(?:fig|img|photo|foto)?captions?|(?<!\S)(?:capt?|source)(?!\S)|cap[-_]?foto|ket(?:erangan)?[-_]?foto|"
    r"(?:photo|foto|img|image|pic)[-_]*(?:desc\w*|info|credit|caption|copyright|author|gallery)|"
    r"photo[-_]?wrap|deskripsi|embed[-_]image|(?:main[-_])?article[-_]source"
)

_VERDICT = re.compile(
    rf"(?<![a-z])(?:(?P<caption>{_CAPTION})|(?P<promo>{_PROMO})|(?P<widget>{_WIDGET}))(?![a-z])"
)
_PAGED = re.compile(r"(?<![a-z])(?:page|paging|halaman)(?![a-z])")


@lru_cache(maxsize=4096)  # all pages of a template have the same classes
def judge(marks: str, tag: str = "") -> Verdict | None:
    """Return the verdict on classes and ids (lower case, spaced); None: part of the text."""
    marks = marks[:_LONGEST]
    match = _VERDICT.search(marks)
    if not match or (_PAGED.search(marks) and "content" in marks):
        return None
    if match.lastgroup == "widget" and tag in HEADINGS:  # "title-paging": a page of the text
        return None
    kind: Kind = match.lastgroup  # type: ignore[assignment]
    return Verdict(kind, f"markup:{match[0].strip('-_')}")


def is_page(attributes: dict[str, str | None]) -> bool:
    """Return whether an element is a page of a split article ("data-paging_num", "page-2")."""
    return any(_PAGED.search(f"{name} {value}".lower()) for name, value in attributes.items())
