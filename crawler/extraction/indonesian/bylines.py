"""Authors, editors and sources, separated by the labels of a byline."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.extraction.indonesian.patterns import DASH, DASHES

_ROLES = {
    "authors": "reporter rep penulis pewarta wartawan jurnalis oleh kontributor laporan teks by",
    "editors": "editor red redaktur penyunting",
    "sources": "sumber source",
    "others": "fotografer foto uploader videografer penerjemah translator",
}
_ROLE = {label: role for role, labels in _ROLES.items() for label in labels.split()}
_LABEL = re.compile(
    r"(?<!\w)(" + "|".join(sorted(_ROLE, key=len, reverse=True)) + r")\s?[:：]\s*", re.IGNORECASE
)
# "Laporan Wartawan KabarSolo.com, Name", "Kontributor Klaten, Name", "Oleh Name"
_REPORT = re.compile(
    r"(?:Laporan(?: (?:Wartawan|Reporter|Kontributor|Jurnalis))?|Kontributor),? "
    r"(?:[\w.]{2,20} ){0,3}[\w.]{3,40},\s*",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:(?:ditulis|diposting|dikirim|posted|submitted|written) )?(?:oleh|by)\s+", re.IGNORECASE
)
# "Name -detikOto", "Name, Jurnalis": the outlet or the office behind a name.
_OFFICE = re.compile(
    rf"\s*(?:[{DASHES}|/]\s*)?(?:(?<!\w)detik[A-Za-z]{{2,12}}|,?\s*Jurnalis"
    r"|(?<=\w )(?:Senior |Junior )?(?:Content |Staff )?(?:Writer|Creator|Editor|Reporter|Author)"
    rf"|(?<=[{DASHES}|] )(?:[A-Z][\w ]{{1,20}}(?:\.com|\.id|\.co\.id)|[A-Z][A-Za-z ]{{2,25}}$)"
    rf"|(?<=[\w.])\s?[{DASHES}|]\s?[a-z][a-z0-9]{{2,20}}\.(?:com|id|co\.id|net))\s*$"
)
# "Solopos.com-Name", and the badge of a verified writer, whose text is glued to the name.
_BEFORE_NAME = re.compile(
    rf"^(?:[A-Z]\w{{2,20}}\.(?:com|id|co\.id|net)\s?{DASH}\s?|(?i:verified)\b\s*)"
)
# "Name (@account)", "Name (Kontributor Bali)", "Name Kirim email ke penulis", "Name pada 1 Mei"
_BEHIND_NAME = re.compile(
    r"\s*(?:\(?@[\w.]{2,40}\)?"
    r"|\((?:kontributor|reporter|jurnalis|wartawan|koresponden|penulis)\b[^()]*\)?"
    r"|\bverified|\bkirim (?:e-?mail|surel) ke penulis.*|\b(?:pada|on) \d{1,2}\b.*)\s*$",
    re.IGNORECASE,
)
_COPYRIGHTED = ("©", "copyright", "hak cipta")
# One of these, or a digit, is in all that begins with a date.
_DATED = ("diperbarui", "diterbitkan", "dipublikasikan", "tayang", "updated", "published")
_DIGIT = re.compile(r"\d")
_COLONS = (":", "：")
_REPORTED = ("laporan", "kontributor")
# One of these is in all offices.
_OFFICIAL = re.compile(
    rf"{'|'.join(DASHES)}|\||detik|Jurnalis|Writer|Creator|Editor|Reporter|Author"
)
_TRAILS = re.compile(r"[(@\d]|erified|irim ")  # one of these is in all that may stand behind a name
_AGENCIES = frozenset(
    "afp,ap,reuters,antara,xinhua,bloomberg,kyodo,sputnik,anadolu,dpa,epa,upi,tass,yonhap,voa,bbc,dw,"
    "abc,cnn,cnbc,nhk,al jazeera,aljazeera,associated press,agence france-presse,the guardian,"
    "new york times,the new york times,radio free asia,benarnews,the conversation,facebook,twitter,"
    "instagram,youtube,whatsapp,telegram,tiktok".split(",")
)
_MEDIA = frozenset(  # last words of the names of media
    "tv portal media network corporation agency newsroom online news group desk magz channel radio "
    "fm".split()
)
_BRANCHES = frozenset("indonesia news agency photo".split())  # last words behind an agency's name
_ACRONYM = re.compile(r"[A-Z]{2,5}")
_BOTH_ROLES = re.compile(
    r"(?<!\w)(?:(?:redaktur|editor)\s*(?:&|dan|/)\s*(?:reporter|penulis|pewarta|wartawan)"
    r"|(?:reporter|penulis|pewarta|wartawan)\s*(?:&|dan|/)\s*(?:redaktur|editor))\s*:\s*([^|:]+)",
    re.IGNORECASE,
)
_EDITED = re.compile(r"^\(?(?:(?:diedit|disunting) oleh|edited by):?\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[,;|/&•·]|\bdan\b|\band\b)\s*")
# "Reporter Name | Editor Name": labels whose colons are line breaks on the page.
_BARE_ROLE = re.compile(
    r"((?:^|[|•·/])\s*(?i:reporter|penulis|pewarta|wartawan|jurnalis|editor|redaktur))\s+(?=[A-Z])"
)
_DATE = re.compile(
    rf"[{DASHES}\s,|•·]*(?<!\w)(?:(?:pada|on) )?"
    r"(?:(?:senin|selasa|rabu|kamis|jum.?at|sabtu|minggu|ahad),?\s+\d"
    r"|(?:terakhir )?(?:diperbarui|diterbitkan|dipublikasikan|tayang|updated|published)\b"
    r"|\d{1,2}(?:[/-]\d{1,2}[/-]|\s[a-z]{3,9}\s)\d{2,4}\b)",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"\s*(?:copyright|hak cipta|©)", re.IGNORECASE)
_DEGREE = re.compile(r"(?:[A-Z][A-Za-z]{0,4}\.){1,3}[A-Z]?[a-z]{0,4}\.?")
_LONGEST_NAME = 60  # characters
_LONGEST_PART = 200  # characters of a name with an office, an account and a date behind
_LONGEST = 2_000  # characters of names; a longer text is prose, or an attack
SECTIONS = frozenset(
    "teknologi,tekno,ototekno,otomotif,nasional,internasional,ekonomi,bisnis,olahraga,hiburan,"
    "tech,market,entrepreneur,lifestyle,gaya hidup,humaniora,politik,hukum,megapolitan,nusantara,"
    "sains,kesehatan,digital,gadget,news,home".split(",")
)
"""Sections of outlets, as they are printed beside a name or a date, in lower case."""
_NOBODY = SECTIONS | frozenset(
    "admin,administrator,super admin,superadmin,web admin,redaksi,tim redaksi,redaktur,editor,"
    "reporter,-,n/a,penulis,pewarta,wartawan,jurnalis,kontributor,author,writer".split(",")
)


@dataclass(slots=True)
class Byline:
    """The people of a byline as printed, each name once. `sources` are wires and other outlets."""

    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


def is_organisation(name: str) -> bool:
    """Return whether `name` is an agency's or a medium's, by the form: "Reuters", "Kompas TV"."""
    words = name.lower().split()
    if len(words) > 1 and words[-1] in _MEDIA:
        return True
    branch = len(words)
    while len(words) > 1 and words[-1] in _BRANCHES:
        words.pop()
    if len(words) < branch and (words[-1] in _MEDIA or _ACRONYM.fullmatch(name.partition(" ")[0])):
        return True
    return " ".join(words) in _AGENCIES


def split_names(text: str, *, wires: bool = False) -> list[str]:
    """Return the names of people in `text`: three in "Sinta Lestari, Bagus W dan C31".

    :param wires: names of organisations count too
    """
    names: list[str] = []
    for part in filter(None, map(_without_section, _BETWEEN.split(text[:_LONGEST]))):
        if len(part) > _LONGEST_PART:
            continue
        part = _BEFORE_NAME.sub("", part)
        if _TRAILS.search(part):
            part = _BEHIND_NAME.sub("", part)
        alone = _OFFICE.sub("", part) if _OFFICIAL.search(part) else part
        name = alone.strip(f" \t\u00a0.:•(){DASHES}")
        if names and _DEGREE.fullmatch(part):
            names[-1] += f", {part}"
        elif _may_be_name(name) and name not in names and (wires or not is_organisation(name)):
            names.append(name)
    return names


def _without_section(part: str) -> str:
    section, dash, rest = part.partition(" - ")
    return rest if dash and section.strip().lower() in _NOBODY else part


def _may_be_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and name.lower() not in _NOBODY


def parse_byline(text: str) -> Byline:
    """Return the people in `text` by role; names without a label are authors."""
    byline = Byline()
    text = text[:_LONGEST]
    lower = text.lower()
    if _has_any(_COPYRIGHTED, lower):
        text = _COPYRIGHT.split(text, maxsplit=1)[0]
    if _has_any(_DATED, lower) or _DIGIT.search(text):
        text = _DATE.split(text, maxsplit=1)[0]
    if ":" in text:
        text = _BOTH_ROLES.sub(r"Reporter: \1 | Editor: \1", text)
    text = _BARE_ROLE.sub(r"\1: ", _EDITED.sub("Editor: ", text))
    if _BY.match(text):
        text = _BY.sub("", text, count=1)
    elif _has_any(_REPORTED, lower):
        text = _REPORT.sub("", text, count=1)
    parts = _LABEL.split(text) if _has_any(_COLONS, text) else [text]
    _add(byline, byline.authors, parts[0])
    for label, names in zip(parts[1::2], parts[2::2], strict=True):
        people = getattr(byline, _ROLE[label.lower()], None)
        if people is not None:
            _add(byline, people, names)
    return byline


def _has_any(words: tuple[str, ...], text: str) -> bool:
    return any(map(text.__contains__, words))


def _add(byline: Byline, people: list[str], text: str) -> None:
    """Add the names in `text` to `people` of `byline`, organisations to the sources."""
    for name in split_names(text, wires=True):
        names = byline.sources if is_organisation(name) else people
        if name not in names:
            names.append(name)
