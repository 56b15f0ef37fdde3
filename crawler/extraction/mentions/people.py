# ruff: noqa: E501 - lists of words
"""People by their offices: "Direktur Utama Telkom Budi Contoh", "Budi Contoh, Direktur Utama"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.patterns import any_of
from crawler.extraction.indonesian.places import CITIES
from crawler.extraction.mentions.gazetteer import COMMON

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

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
    "prof|profesor|dr|datuk|ceo & co-founder|co-founder & ceo|penyanyi|aktor|aktris|pelatih|advokat|kuasa hukum|pengacara|sutradara|produser|"
    "menlu|mensos|mendagri|mensesneg|menkes|menhub|menhut|mentan|menag|menpora|menaker|mendag|menperin|mendes|"
    "menpan|menham|menhan|seskab|wamendag|wamenperin|wamenaker|wamenkeu|wamenlu|mendikdasmen|mendiktisaintek|"
    "perdana menteri|kanselir|duta besar|dubes|konsul jenderal|panglima|kasad|danrem|dandim|kapolsek|kapolresta|"
    "kadis|camat|lurah|kepala desa|kades|sekda|ketum|waketum|wakapolri|kabareskrim|kasat reskrim|kasi humas|"
    "hakim|jaksa|senator|anggota dpr|politikus|politisi|aktivis|sosiolog|psikolog|dokter|dosen|guru besar|"
    "ilmuwan|astronom|fisikawan|ahli|praktisi|pengusaha|miliarder|investor|penulis|novelis|jurnalis|wartawan|"
    "kreator|kreator konten|konten kreator|content creator|youtuber|tiktoker|influencer|selebgram|streamer|gamer|"
    "komedian|komika|presenter|pembawa acara|model|musisi|rapper|vokalis|gitaris|drummer|musikus|"
    "pebulu tangkis|pebulutangkis|petinju|pembalap|pebalap|striker|gelandang|bek|kiper|penyerang|winger|atlet|"
    "petenis|pesepak bola|pemain|perenang|pelari|seniman|desainer|arsitek|koki|chef|astronaut|astronot|pilot|"
    "peretas|ustaz|ustadz|kiai|kh|gus|sheikh|syekh|mahasiswa|warga|pengguna|pelanggan|pedagang|petani|sopir|"
    "pengemudi|korban|tersangka|terdakwa|saksi|bos|chairman|chairwoman|executive director|associate director|"
    "research director|creative director|lead|engineer|software engineer|data scientist|researcher|analyst|"
    "strategist|kepala ekonom|chief economist|spokesperson|mendiang|almarhum|almarhumah|bernama|sosok|konsultan|"
    "rekan peneliti|kepala riset|fotografer|insinyur|filsuf|sejarawan|direksi|relawan|kolumnis|pimpinan|koordinator|"
    "tokoh|legenda|mantan presiden|anggota|staf|karyawan|bapak|ibu|pak|bu|istri|suami"
).split("|")
_OFFICE = rf"(?<!\w)(?:{any_of(set(OFFICES))})(?!\w)"
_HEAD = re.compile(_OFFICE, re.IGNORECASE)
_VERBS = frozenset(
    "kata ujar tutur ungkap jelas imbuh tambah papar terang sebut tegas ucap lanjut cetus beber tulis "
    "jawab urai".split()
)
# Behind a name: "Budi Contoh mengatakan".
_SAYS = frozenset(
    "mengatakan menjelaskan menuturkan menyebut menambahkan mengungkapkan menilai mengaku menegaskan "
    "memaparkan menyampaikan berujar membenarkan menyoroti mengingatkan menyatakan memastikan "
    "menerangkan menyebutkan mencontohkan".split()
)
GIVEN = frozenset(Path(__file__).with_name("given_names.txt").read_text("utf-8").split())
TRIGGERS = sorted({*OFFICES, *_VERBS, *_SAYS})
# Behind these words a club, a place or a product is named as often as a person.
_WEAK = frozenset(
    "pemain striker gelandang bek kiper penyerang winger pembalap pebalap warga anggota mahasiswa pengguna "
    "pelanggan bos legenda tokoh staf karyawan pilot korban pengemudi sopir koordinator pimpinan investor "
    "model bernama sosok lead saksi tersangka terdakwa pelaku petani pedagang atlet direksi relawan bapak ibu "
    "pak bu istri suami kreator konsultan hakim jaksa panglima camat lurah gus kh ahli dokter".split()
)
_MOST_COUNTED = 50  # names of a text that are counted in the text: else 10,000 take minutes
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
    motor penerangan pelindungan wni kebudayaan perekonomian infrastruktur pembangunan kewilayahan pangan kependudukan transmigrasi
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
    eurasia kawasan permukiman lalu lintas commuter fed the new york washington dijelaskan
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
_NAME_WORD = r"(?:(?:[A-Z]\.){1,2}[A-Z](?:\.(?=\s[A-Z])|(?=\s[A-Z][a-z]))|[A-Z](?:(?=\s[A-Z][a-z])|[a-zà-ÿ]+(?:['’-][A-Za-z][a-zà-ÿ]+)*|\.(?=\s[A-Z])|[a-z]{0,2}\.(?=\s[A-Z])|'?[A-Z][a-zà-ÿ]+))"
_NAME = rf"{_NAME_WORD}(?:\s(?:bin|binti|van|de|al|el|da)?\s?{_NAME_WORD}){{0,3}}"
_TOKEN = re.compile(r"\S+")
_WORD = re.compile(rf"{_NAME_WORD}(?=$|[\s,.;:()\"”'’])")
_CLAUSE = re.compile(r"[^,.;:!?\"”]*")
_APPOSITION = re.compile(
    rf"(?<!\w)(?P<name>{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}})(?:\s\(\d{{2}}\))?(?:,\s(?:selaku\s|yang (?:juga|merupakan|menjabat)\s(?:sebagai\s)?)?|\s(?:selaku|sebagai)\s|\s\()$"
)
_SAYER = re.compile(
    rf"(?<![\w&/-])(?P<name>{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}})(?:\s\([^()]{{1,30}}\))?\s$"
)
_SAID_ONE = re.compile(
    r"\w+\s(?P<name>[A-Z][a-z]{2,}(?:[’'][a-z]+)?)"
    r"(?=[,.]|\s(?:di|dalam|kepada|saat|pada|usai|ketika|dikutip|menambahkan|sambil|lagi|seraya)\b)"
)
_SAYS_ONE = re.compile(r"(?<!\w)(?<![A-Z]\w\s)(?P<name>[A-Z][a-z]{2,}(?:[’'][a-z]+)?)\s$")
# A word with a capital before another: where a given name may be.
_CAPITALS = re.compile(r"[A-Z](?:(?<![\w/-].)|(?<=[a-z]{2}.))[a-zà-ÿ]{2,}(?=\s[A-Z])")
_GLUED = re.compile(
    r"(?<=[a-z]{3})(?:yang|untuk|dari|dengan|sangat|kembali|pernah|disambut|sebagai|dalam|kepada|"
    r"(?:meng|meny|memp|memb|menj|men[td]|ber[tksp])[a-z]{3,})$"
)
# Last names: by their endings, and of Sumatra and Sulawesi.
_LAST = re.compile(
    r"[A-Z][a-z]{2,}(?:wati|yanto|ianto|yono|iono|ningsih|uddin|udin|oyo|santo|narto|ardjo|harjo|sukarno|"
    r"prasetya|atmaja|atmadja|widjaja|wijaya|ningrum|sutrisno|sujarwo|yatno|iyatno|tanto|wanto)|"
    r"Siregar|Nasution|Harahap|Lubis|Simanjuntak|Sinaga|Silalahi|Situmorang|Hutapea|Hutagalung|P[ae]n?[dn]?jaitan|"
    r"Tobing|Tambunan|Sihombing|Simbolon|Purba|Sitompul|Siahaan|Manurung|Napitupulu|Pangaribuan|Ginting|Sembiring|"
    r"Tarigan|Sebayang|Barus|Daulay|Rangkuti|Pulungan|Chaniago|Kawilarang|Waworuntu|Lasut|Pangerapan|Saragih|"
    r"Simatupang|Sianturi|Hasibuan|Batubara|Matondang|Marpaung|Nainggolan|Pasaribu|Sirait|Sitorus|Siagian|"
    r"Simangunsong|Aritonang|Wijaya|Kusuma|Santoso|Saputra|Saputri|Nugroho|Nugraha|Setiawan|Hidayat|Gunawan|"
    r"Kurniawan|Kurnia|Hartono|Susanto|Wibowo|Utomo|Handoko|Sutanto|Widodo|Astuti|Rahmawati|Puspita|Puspitasari|"
    r"Ramadhan|Ramadhani|Maulana|Firmansyah|Ardiansyah|Syahputra|Hermawan|Darmawan|Irawan|Budiman|Purnomo|"
    r"Purwanto|Subagyo|Sudrajat|Suryana|Suryadi|Hakim|Fauzi|Hasan|Husein|Ahmad|Rahman|Abdullah|Alatas|Assegaf|Shihab|Baswedan|Halim"
)
_WHOLE_NAME = re.compile(
    rf"{_NAME_WORD}(?:\s(?:bin\s|binti\s|van\s|de\s|al\s|el\s|da\s|von\s|der\s)?{_NAME_WORD}){{1,3}}(?![\w-])"
)
# Before a name that is of a street, a film or another thing.
_OF_THINGS = frozenset(
    "jalan jl film seri serial novel lagu album bandara stadion gedung masjid pulau gunung bukit pasar hotel "
    "toko buku gim game pt cv rs kapal sirkuit piala taman kota kampung desa kecamatan "
    "festival gereja pesantren ponpes pondok pupuk pembinaan universitas sekolah yayasan museum rumah nabi masjid".split()
)
_RANKS = frozenset(
    "datuk seri tan sri dato mr mrs ms sir dr prof ir drs dra hj kh akp iptu ipda raden i ni pendeta kyai ustad uskup romo suster mbah mas mbak bang kak om tante saudara sdr".split()
)
_WORD_BEFORE = re.compile(r"(?<![\w.])(?P<word>[^\W\d_][\w’'&-]*)(?P<stop>\.?)\s$")
_SAID = re.compile(
    r"(?<!\w)(?i:kata|ujar|tutur|ungkap|jelas|imbuh|tambah|papar|terang|sebut|tegas|ucap|lanjut|"
    rf"cetus|beber|tulis|jawab|urai)\s(?P<name>{_NAME_WORD}(?:\s{_NAME_WORD}){{1,3}})"
    r"(?=,|\.|\s\(|\s(?:di|dalam|kepada|saat|pada|melalui|usai|ketika|lewat|seperti|dikutip|dalam|"
    r"menambahkan|sambil|lagi|seraya|dari|merujuk|tentang|soal)\b|\s?[\"”])"
)
# Behind the name of an organisation: its abbreviation, its form.
_BEHIND_NAME = re.compile(r"\)?(?:\s(?:\([^()]{1,20}\)|Tbk|Indonesia))*")
# Words with capitals, also in brackets: of an office, its organisation and the person.
_OFFICE_WORDS = re.compile(
    r"(?:\s(?:\(?[A-Z][\w&.’'-]*\)?|dan|and|of|for|&|bidang|untuk)(?=[\s,.)])){1,14}"
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
    perkara pidana tata cup award awards tour arena trophy raya effect show stadium theorem nasional keputusan undang peraturan gubernur bupati milan united city fc
    """.split()
)
_NO_FIRST = NO_NAMES | OF_OFFICES
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
    ends: Container[int],
) -> list[Person]:
    """Return the people in `text` that an office, a verb of speech or a given name shows.

    :param triggers: places and words of offices and verbs of speech, in order, none in another
    :param organisation_at: returns end and id of the organisation that is named within a range
    :param ends: where names of organisations end
    """
    found: list[Person] = []
    lone: list[Person] = []
    counted: dict[str, bool] = {}
    for at, word in triggers:
        if word in _VERBS:
            found += _said(text, at, organisation_at)
            if one := _SAID_ONE.match(text, at):
                lone.append(Person(*one.span("name"), one["name"], None))
        elif word in _SAYS:
            if one := _SAYS_ONE.search(text, max(0, at - 30), at):
                lone.append(Person(*one.span("name"), one["name"], None))
            found += _saying(text, at, organisation_at, ends, counted)
        else:
            found += _of_office(text, at, word, organisation_at)
    taken = sorted({(person.start, person.end) for person in found})
    found += [
        person
        for person in _by_given_name(text, organisation_at, ends)
        if not _is_taken(person, taken)
    ]
    known = {word for person in found for word in person.name.split()}
    times = Counter(person.name for person in lone)
    found += [
        person
        for person in lone
        if person.name not in known
        and (person.name in GIVEN or times[person.name] > 1)
        and _is_name(f"{person.name} {person.name}")
        and person.name.lower() not in COMMON
        and organisation_at(person.start, person.end) is None
    ]
    return [_unglued(person) for person in found]


def _unglued(person: Person) -> Person:
    """Return `person` without a word that print glued to the name: "Budi Contohmengatakan"."""
    if glued := _GLUED.search(person.name):
        name = person.name[: glued.start()]
        return Person(person.start, person.start + len(name), name, person.organisation)
    return person


def _is_taken(person: Person, taken: list[tuple[int, int]]) -> bool:
    """Return whether `person` overlaps a range of `taken`, which are in order."""
    at = bisect_left(taken, (person.end, 0)) - 1
    return at >= 0 and taken[at][1] > person.start


def _said(
    text: str, at: int, organisation_at: Callable[[int, int], tuple[int, str] | None]
) -> Iterator[Person]:
    """Yield the person behind the verb of speech at `at`."""
    if said := _SAID.match(text, at):
        start, end = said.span("name")
        if _is_name(text[start:end]) and organisation_at(start, end) is None:
            yield Person(start, end, text[start:end], None)
    elif (said := _SAID_OF.match(text, at)) and _HEAD.search(said["office"]):
        start, end = _trimmed(text, *said.span("name"))
        named = organisation_at(*said.span("office"))
        if _is_name(text[start:end]):
            yield Person(start, end, text[start:end], named[1] if named else None)


def _saying(
    text: str,
    at: int,
    organisation_at: Callable[[int, int], tuple[int, str] | None],
    ends: Container[int],
    counted: dict[str, bool],
) -> Iterator[Person]:
    """Yield the person before the verb of speech at `at`, whom the text calls by one name too."""
    found = _SAYER.search(text, max(0, at - _BEFORE), at)
    if found is None:
        return
    start, end = _trimmed(text, *found.span("name"))
    words = text[start:end].split(" ")
    is_given = [word in GIVEN for word in words]
    # "Kemudian Budi Contoh", "Pendeta Budi Contoh": the name begins with the given one.
    while len(words) > 2 and not is_given[0] and (any(is_given) or words[0].lower() in COMMON):
        start += len(words.pop(0)) + 1
        is_given.pop(0)
    if words[0].lower() in COMMON and not is_given[0]:
        return
    name = text[start:end]
    if (
        not _is_name(name)
        or organisation_at(start, end) is not None
        or not _begins(text, start, ends)
    ):
        return
    if words[0] in GIVEN or _is_shortened(text, name, counted):
        yield Person(start, end, name, None)


def _is_shortened(text: str, name: str, counted: dict[str, bool]) -> bool:
    """Return whether `text` has the first or the last word of `name` without the rest too.

    :param counted: what was found of other names of the text; of so many at most
    """
    if name not in counted and len(counted) < _MOST_COUNTED:
        whole = text.count(name)
        first, *_, last = name.split()
        counted[name] = any(
            len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text)) > whole
            for word in (first, last)
        )
    return counted.get(name, False)


def _of_office(
    text: str, at: int, word: str, organisation_at: Callable[[int, int], tuple[int, str] | None]
) -> Iterator[Person]:
    """Yield the people before and behind the office at `at`."""
    end = at + len(word)
    if found := _APPOSITION.search(text, max(0, at - _BEFORE), at):
        first, last = _trimmed(text, *found.span("name"))
        if _is_name(text[first:last]):
            clause = _CLAUSE.match(text, end, end + 60)
            named = organisation_at(end, clause.end() if clause else end)
            yield Person(first, last, text[first:last], named[1] if named else None)
    if _IN_APPOSITION.search(text, max(0, at - 40), at):
        return
    person = _behind_organisation(text, end, organisation_at) or _behind_office(
        text, end, organisation_at
    )
    if person and (word not in _WEAK or person.name.split()[0] in GIVEN):
        yield person


def _begins(text: str, start: int, ends: Container[int]) -> bool:
    """Return whether a person's name may begin at `start`: a longer name or a thing's does not."""
    before = _WORD_BEFORE.search(text, max(0, start - 25), start)
    if before is None or start - 1 in ends:
        return True
    word = before["word"].lower()
    if before["stop"] and word not in _RANKS:
        return True
    if word in _OF_THINGS:
        return False
    return before["word"][0].islower() or any(
        word in words for words in (COMMON, OFFICES, OF_OFFICES, _RANKS)
    )


def _by_given_name(
    text: str,
    organisation_at: Callable[[int, int], tuple[int, str] | None],
    ends: Container[int],
) -> Iterator[Person]:
    """Yield the people in `text` of whom the first name or the last shows that they are people."""
    past = 0
    for word in _CAPITALS.finditer(text):
        if word.start() < past or (whole := _WHOLE_NAME.match(text, word.start())) is None:
            continue
        words = whole[0].split(" ")
        while len(words) > 1 and _is_no_name(words[-1]):
            words.pop()
        is_known = words[0] in GIVEN or (
            _LAST.fullmatch(words[-1])
            and words[0].lower() not in COMMON
            and words[0].lower() not in OFFICES
            and words[0].lower() not in _OF_THINGS
        )
        if not is_known or not _begins(text, word.start(), ends):
            continue
        name = " ".join(words)
        start, end = word.start(), word.start() + len(name)
        if _is_name(name) and organisation_at(start, end) is None:
            past = end
            yield Person(start, end, name, None)


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


def _behind_organisation(
    text: str, at: int, organisation_at: Callable[[int, int], tuple[int, str] | None]
) -> Person | None:
    """Return the person named right behind the organisation of an office that ends at `at`.

    "Direktur Pelindungan Contoh Telkom Budi Contoh": words that no list holds come between.
    """
    clause = _OFFICE_WORDS.match(text, at)
    if clause is None or (named := organisation_at(at, clause.end())) is None:
        return None
    if not clause.start() < named[0] <= clause.end():
        return None
    behind = _BEHIND_NAME.match(text, named[0])
    end = behind.end() if behind else named[0]
    return _named(text, end + 1 + text.startswith(", ", end), named[1])


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
    while len(words) > 2 and words[0].rstrip(".").lower() in _NO_FIRST:
        start += len(words.pop(0)) + 1
    return start, end


def _is_no_name(word: str) -> bool:
    return (plain := word.rstrip(".").lower()) in NO_NAMES or plain in OF_OFFICES


def _is_name(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 4 or len(words[-1]) < 2:
        return False
    if words[0].lower() in COMMON and words[0] not in GIVEN and not _LAST.fullmatch(words[-1]):
        return False  # "Hak Kekayaan"
    return not any(map(_is_no_name, words))
