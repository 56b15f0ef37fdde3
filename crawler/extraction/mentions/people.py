# ruff: noqa: E501 - lists of words
"""People by their offices: "Direktur Utama Telkom Budi Contoh", "Budi Contoh, Direktur Utama"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.patterns import any_of
from crawler.extraction.indonesian.places import CITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

OFFICES = (
    "direktur utama|dirut|presiden direktur|presdir|direktur|wakil direktur|wakil presiden direktur|"
    "ceo|co-ceo|cto|cfo|coo|cmo|chief executive officer|chief technology officer|"
    "chief financial officer|chief operating officer|chief marketing officer|chief|"
    "komisaris utama|komisaris|menteri|wakil menteri|menko|menkomdigi|menkominfo|menkeu|mendag|"
    "wamenkomdigi|wamenkominfo|wamen|dirjen|direktur jenderal|sekjen|sekretaris jenderal|"
    "sekretaris perusahaan|corporate secretary|ketua umum|ketua|wakil ketua|kepala|wakil kepala|"
    "juru bicara|jubir|vice president|senior vice president|executive vice president|svp|evp|vp|"
    "head of|head|country manager|country head|country director|general manager|managing director|"
    "manager|manajer|pendiri|founder|co-founder|analis|pengamat|peneliti|pakar|presiden|president|gubernur|"
    "wakil gubernur|wakil presiden|bupati|wali kota|walikota|kapolri|kapolda|kapolres|kabid humas|"
    "deputi|anggota komisi|rektor|dekan|profesor|sekretaris|bendahara|ekonom|plt|plh|staf khusus|"
    "staf ahli|jaksa agung|jaksa agung muda|managing partner|partner|brand manager|product manager|"
    "chief scientist|chief commercial officer|chief digital officer|chief business officer|"
    "chief product officer|akbp|kombes|kompol|brigjen|irjen|komjen|mayjen|letjen|jenderal|kolonel|"
    "prof|profesor|dr|datuk|ceo & co-founder|co-founder & ceo|penyanyi|aktor|aktris|pelatih|advokat|kuasa hukum|pengacara|sutradara|produser"
).split("|")
_OFFICE = rf"(?<!\w)(?:{any_of(set(OFFICES))})(?!\w)"
_HEAD = re.compile(_OFFICE, re.IGNORECASE)
_VERBS = frozenset(
    "kata ujar tutur ungkap jelas imbuh tambah papar terang sebut tegas ucap lanjut cetus beber tulis "
    "jawab urai".split()
)
TRIGGERS = sorted({*OFFICES, *_VERBS})
_BEFORE = 80  # characters before an office in which the name is that the office explains
# Capitalised words between office and name, which are no names.
OF_OFFICES = frozenset(
    """
    utama umum dan di bidang bagian urusan untuk the of and & indonesia asia tenggara pasifik regional global
    nasional republik ri komunikasi digital informatika informasi keuangan perdagangan perindustrian
    investasi hilirisasi pendidikan tinggi sains teknologi riset inovasi kesehatan agama pertanian
    perhubungan pariwisata ekonomi kreatif hukum ham dalam luar negeri koordinator pertahanan sosial
    energi sumber daya mineral lingkungan hidup kehutanan kelautan perikanan ketenagakerjaan pekerjaan
    perumahan pemuda olahraga bumn umkm koperasi bisnis pemasaran penjualan produk operasional strategi
    eksekutif perusahaan sumber manusia sdm korporasi hubungan masyarakat humas layanan pelanggan
    jaringan infrastruktur konsumen enterprise consumer marketing business product technology officer
    executive financial operating information commercial sales corporate communications communication
    public affairs policy growth partnership partnerships government relations country manager director
    president vice senior chief head group pusat daerah kota kabupaten provinsi jakarta jawa barat timur
    tengah utara selatan dinas badan biro divisi departemen kementerian komisi dewan lembaga asosiasi
    fraksi satgas tim pengawas pengurus pelaksana harian tetap jenderal muda madya penyelenggaraan
    aptika ppi sdppi pos penyiaran siber sandi negara kebijakan fiskal pajak bea cukai anggaran
    perbankan pasar modal saham riset senior transformasi regulasi pengembangan pengelolaan pengendalian
    perencanaan pemerintahan manajemen risiko kepatuhan legal it data ai cloud hr iv v vi vii viii ix x xi i ii iii
    dpr mpr dpd dprd bappenas kadin pt tbk persero cv yayasan universitas institut sekolah fakultas
    eksternal internal media marcomm branding brand creative content engineering design desain
    pengamat ekonom telekomunikasi otomotif cybersecurity keamanan gadget selaku sekaligus juga
    hubungan kelembagaan kemitraan kerja sama perlindungan wilayah area cabang
    kebudayaan perekonomian infrastruktur pembangunan kewilayahan pangan kependudukan transmigrasi
    sekretaris kabinet imigrasi pemasyarakatan desa tertinggal umat kecil menengah usaha mikro perempuan
    pelayanan perkotaan pemberdayaan anak migran pelindungan investor relation teknis kreatif kesekretariatan
    irjen komjen brigjen kombes akbp kompol akp iptu ipda aiptu aipda letjen mayjen kolonel letkol mayor
    kapten laksamana marsekal komisaris inspektur brigadir menlu menkeu menko menteri mensesneg seskab
    sekda waketum ketum wakapolri kapolda kapolres kapolsek kapolresta kadis kabid kasi kasat kanit
    psikolog dokter dosen guru bupati gubernur walikota presiden wapres eks mantan calon pak bu bapak
    perdana darat laut udara rusia israel iran ukraina spanyol prancis perancis jerman italia belanda
    turki mesir qatar arab saudi brasil argentina meksiko kanada thailand vietnam filipina taiwan korea
    selatan utara inggris jepang tiongkok china india pakistan swiss swedia norwegia as eropa federasi
    sumut sumbar sumsel jabar jatim jateng diy dki kalbar kalteng kaltim kalsel kaltara sulsel sulut
    sulteng sultra ntt ntb babel kepri banten bali aceh riau jambi lampung bengkulu gorontalo maluku
    papua kemensos kemenpora kemenag kemendagri kemenlu kemenhan kementan kemenpan kemenparekraf esdm
    pupr pu bgn bpjs bumd basarnas kabinet mendagri mendikti mendikdasmen menhut menpora menag menpan
    menham mendes mendag menaker menhub menkes menperin menkomdigi menkominfo wamen wamenkeu wamenlu
    profesor founder gerindra pdip golkar nasdem pkb pks demokrat pan ppp psi partai pembina penasihat
    besar agung intelijen pidsus pidum investment digital technical strategic alliances platform cloud
    commerce solutions services service customer experience brand people culture legal data design creative
    postpaid prepaid roaming interconnect southeast region regional territory appliances mobile electronics
    selandia baru afrika uni serikat amerika ombudsman ajun reserse kriminal khusus umum metro
    penataan ruang penanggulangan bencana pekerjaan penanaman terpadu satu pintu kependudukan catatan
    sipil pariwisata perpustakaan kearsipan tenaga cipta karya bina marga pertanahan statistik
    persandian pendapatan aset kepegawaian ketahanan pemberdayaan masyarakat pemadam kebakaran
    penyelamatan republik islam negeri muhammadiyah
    kawasan permukiman lalu lintas commuter fed the new york washington dijelaskan
    """.split()
) | {city.lower() for city in CITIES if " " not in city}
# Words that begin the name of an organisation, which the person's name follows behind a comma.
_BODIES = frozenset(
    """
    pt cv yayasan asosiasi forum himpunan persatuan ikatan komunitas seksi kantor partai fakultas bank rumah
    perkumpulan organisasi serikat gabungan majelis federasi perhimpunan club klub koalisi aliansi badan
    lembaga universitas institut sekolah grup group suku sub unit program studi
    """.split()
)
_NAME_WORD = r"[A-Z](?:(?=\s[A-Z][a-z])|[a-zà-ÿ]+(?:['’-][A-Za-z][a-zà-ÿ]+)*|\.(?=\s[A-Z])|[a-z]{0,2}\.(?=\s[A-Z])|'?[A-Z][a-zà-ÿ]+)"
_NAME = rf"{_NAME_WORD}(?:\s(?:bin|binti|van|de|al|el|da)?\s?{_NAME_WORD}){{0,3}}"
_TOKEN = re.compile(r"\S+")
_WORD = re.compile(rf"{_NAME_WORD}(?=$|[\s,.;:()\"”'’])")
_CLAUSE = re.compile(r"[^,.;:!?\"”]*")
_APPOSITION = re.compile(
    rf"(?<!\w)(?P<name>{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}})(?:\s\(\d{{2}}\))?(?:,\s(?:selaku\s|yang juga\s)?|\sselaku\s)$"
)
_SAID = re.compile(
    r"(?<!\w)(?i:kata|ujar|tutur|ungkap|jelas|imbuh|tambah|papar|terang|sebut|tegas|ucap|lanjut|"
    rf"cetus|beber|tulis|jawab|urai)\s(?P<name>{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}})"
    r"(?=,|\.|\s\(|\s(?:di|dalam|kepada|saat|pada|melalui|usai|ketika|lewat|seperti|dikutip|dalam|"
    r"menambahkan|sambil|lagi|seraya|dari|merujuk|tentang|soal)\b|\s?[\"”])"
)
# "Budi Contoh, Direktur ...": a name before the office, so that none is looked for behind the office.
_IN_APPOSITION = re.compile(
    r"(?<!\w)(?!(?:Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|Jakarta|Indonesia)\b)[A-Z][a-z]+"
    r"(?:\s\(\d{2}\))?(?:,|\s(?:selaku|sebagai|yang juga))\s$"
)
_FOLLOWS = re.compile(rf",\s(?P<name>{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}})(?=[,.]|\s[a-z(])")
# "CEO GMF, Andi Contoh": an unknown organisation, by an abbreviation or five words at most.
_BEHIND_A_BODY = re.compile(
    r"(?:(?:[A-Z][\w&.’'-]*|\([^()]{1,30}\)|of|and|dan|for|&)\s){0,8}"
    r"(?:[A-Z]{2,}\w*|[A-Z]\w*[A-Z]\w*|[A-Z][\w&’'-]*|\([^()]{1,30}\)),\s"
    rf"(?:(?:Dr|Prof|Ir|Datuk|Seri|Tan|AKBP|Kombes|Brigjen|Irjen)\.?\s)*"
    rf"(?P<name>{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}})"
    r"(?=[,.]|\s[a-z(]|$)"
)
# "kata VP & Head of Devices Asia Alfa, Budi Contoh, dalam ...": a long office behind a verb of speech.
_SAID_OF = re.compile(
    r"\w+\s(?P<office>[^.,\"“”]{3,140}),\s"
    rf"(?P<name>(?:(?:Dr|Prof|Ir)\.?\s)*{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}}),\s"
    r"(?=[a-z(]|Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu)"
)
_LONGEST = 12  # words between an office and a name
_MOST_WORDS = 4  # of a name
NO_NAMES = frozenset(
    """
    senin selasa rabu kamis jumat sabtu minggu januari februari maret april mei juni juli agustus
    september oktober november desember indonesia jakarta bandung surabaya medan jawa bali sumatra
    sumatera kalimantan sulawesi papua asia amerika serikat china tiongkok jepang singapura malaysia
    korea eropa inggris australia ia dia kami kita mereka menurut namun saat dalam pada untuk dari
    dengan jika sebagai selain setelah sebelumnya sementara adapun hal ini itu para bank pt tbk cv
    kementerian badan dinas universitas institut komisi dewan lembaga asosiasi polri polda polres tni
    dpr mpr kpk pemerintah perusahaan kota kabupaten provinsi grup group inc corp ltd presiden
    menteri direktur ketua kepala bapak ibu pak bu anggota tim media sosial news online
    imipas panitia penyelenggara park association hotel resort florida texas california georgia alaska
    nomor tahun airways foundation terminal club forum himpunan asosiasi shrimp global international
    perkara pidana tata nasional keputusan undang peraturan gubernur bupati milan united city fc
    """.split()
)
_TITLES = re.compile(
    r"^(?:(?:Dr|Prof|Ir|Drs|Dra|Hj?|KH|Irjen|Brigjen|Kombes|AKBP|Jenderal|Letjen)\.? )+"
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a text: where, the name as printed, and the organisation's id if known."""

    start: int
    end: int
    name: str
    organisation: str | None


def people(
    text: str,
    triggers: Iterable[tuple[int, str]],
    organisation_at: Callable[[int, int], tuple[int, str] | None],
) -> Iterator[Person]:
    """Yield the people in `text` that an office, an apposition or a verb of speech names.

    :param triggers: places and words of offices and verbs of speech, in order, none in another
    :param organisation_at: returns end and id of the organisation that is named within a range
    """
    for at, word in triggers:
        if word in _VERBS:
            if said := _SAID.match(text, at):
                start, end = said.span("name")
                if _is_name(text[start:end]) and organisation_at(start, end) is None:
                    yield Person(start, end, text[start:end], None)
            elif (said := _SAID_OF.match(text, at)) and _HEAD.search(said["office"]):
                start, end = _trimmed(text, *said.span("name"))
                named = organisation_at(*said.span("office"))
                if _is_name(text[start:end]):
                    yield Person(start, end, text[start:end], named[1] if named else None)
            continue
        end = at + len(word)
        if found := _APPOSITION.search(text, max(0, at - _BEFORE), at):
            first, last = _trimmed(text, *found.span("name"))
            if _is_name(text[first:last]):
                clause = _CLAUSE.match(text, end, end + 60)
                named = organisation_at(end, clause.end() if clause else end)
                yield Person(first, last, text[first:last], named[1] if named else None)
        if not _IN_APPOSITION.search(text, max(0, at - 40), at) and (
            person := _behind_office(text, end, organisation_at)
        ):
            yield person


def _behind_office(
    text: str, at: int, organisation_at: Callable[[int, int], tuple[int, str] | None]
) -> Person | None:
    """Return the person named behind the office that ends at `at`."""
    organisation: str | None = None
    seen = 0
    is_body = False  # an organisation that is not in the gazetteer comes before the name
    if text.startswith(". ", at):  # "Dr. Budi Contoh"
        at += 1
    while seen < _LONGEST:
        if organisation and text.startswith(", ", at):
            return _named(text, at + 2, organisation)
        token = _TOKEN.match(text, at + 1) if text[at : at + 1] == " " else None
        if token is None:
            return None
        named = organisation_at(token.start(), token.end())
        if named and named[0] > token.start():
            organisation, at = named[1], named[0]
            at += text[at : at + 1] == ")"
            seen += 1
            continue
        bare = token[0].strip("()\"“”'’,;:")
        if token[0][-1] in ".;:?!" and bare.rstrip(".").lower() in OF_OFFICES:
            return None
        if bare.lower() in _BODIES:
            is_body = True
            break
        known = bare.lower().rstrip(",") in OF_OFFICES or (
            token[0].startswith("(") and token[0].endswith(")")
        )
        if known:
            if token[0].endswith(","):
                return _named(text, token.end() + 1, organisation)
            at, seen = token.end(), seen + 1
            continue
        break
    if (behind := _BEHIND_A_BODY.match(text, at + 1)) and not _is_office(
        text, behind.start("name") - 2
    ):
        start, end = _trimmed(text, *behind.span("name"))
        if _is_name(text[start:end]):
            return Person(start, end, text[start:end], organisation)
    return _named(text, at + 1, organisation, behind_comma=is_body)


def _named(
    text: str, start: int, organisation: str | None, *, behind_comma: bool = False
) -> Person | None:
    """Return the person whose name begins at `start`: two to four words with capitals.

    :param behind_comma: the name of an organisation begins at `start`, and the person's follows
    """
    end, words = start, 0
    while words <= _MOST_WORDS and (word := _WORD.match(text, end + bool(words))):
        end, words = word.end(), words + 1
        if text[end : end + 1] != " ":
            break
    if (follows := _FOLLOWS.match(text, end)) and not _is_office(text, end) and words > 1:
        start, end = follows.span("name")
        words = 0
        behind_comma = False
    if behind_comma or words > _MOST_WORDS:
        return None
    start, end = _trimmed(text, start, end)
    name = text[start:end]
    return Person(start, end, name, organisation) if _is_name(name) else None


def _is_office(text: str, end: int) -> bool:
    """Return whether an office stands behind the comma at `end`."""
    return bool(_HEAD.match(text, end + 2))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of a name without titles, ranks and other words before the name."""
    if rank := _TITLES.match(text[start:end]):
        start += rank.end()
    words = text[start:end].split(" ")
    while len(words) > 2 and words[0].rstrip(".").lower() in NO_NAMES | OF_OFFICES:
        start += len(words.pop(0)) + 1
    return start, end


def _is_name(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 4 or len(words[-1]) < 2:
        return False
    lower = [word.rstrip(".").lower() for word in words]
    return not any(word in NO_NAMES or word in OF_OFFICES for word in lower)
