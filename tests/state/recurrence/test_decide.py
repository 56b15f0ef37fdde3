"""Decisions on made-up bodies: carriers that are unlike, chains, and what never decides."""

from random import Random

from crawler.state.recurrence.decide import decide
from tests.state.recurrence.bodies import body, compared, prose

CALL = "Ikuti kabar pasar terkini lewat saluran WhatsApp Kontan."
PROMO = "Deretan Mobil Listrik Keluarga Pilihan Pembaca Akhir Tahun"


def decided(*bodies, vetoed=()):
    return [line.text for line in decide(compared(*bodies), vetoed) if line.is_decided]


def suspected(*bodies):
    return [line.text for line in decide(compared(*bodies)) if not line.is_decided]


def test_a_call_in_three_unlike_articles_is_decided_and_in_two_suspected():
    three = [body(n, CALL) for n in range(3)]
    assert decided(*three) == [CALL]
    assert (decided(*three[:2]), suspected(*three[:2])) == ([], [CALL])
    assert suspected(three[0]) == []


def test_a_promo_line_needs_four():
    four = [body(n, PROMO, prose(f"behind {n}")[0]) for n in range(4)]
    assert decided(*four[:3]) == [] and suspected(*four[:3]) == [PROMO]
    assert decided(*four) == [PROMO]


def test_at_most_four_carriers_are_kept_the_earliest_first():
    [line] = decide(compared(*(body(n, CALL) for n in (5, 3, 9, 1, 7, 2))))
    assert line.carriers == ("kontan:1", "kontan:2", "kontan:3", "kontan:5")


def test_an_article_saved_seven_times_copies_and_updates_decide_nothing():
    saved = [body(0, CALL) for _ in range(7)]
    copies = [body(n, CALL, seed="the same") for n in range(5)]
    updates = [body(n, *prose(f"new {n}", 2), CALL, seed="the same") for n in range(5)]
    for bodies in (saved, copies, updates):
        assert decided(*bodies) == []
        assert suspected(*bodies) == []


def test_short_bodies_are_alike():
    short = [body(n, CALL) for n in range(5)]
    short = [
        each.__class__(each.article_id, "kontan", 0, [f"Kata {n}.", CALL])
        for n, each in enumerate(short)
    ]
    assert decided(*short) == []
    assert decide([]) == []


def test_a_fact_that_any_number_of_unlike_articles_tell_is_no_notice():
    fact = "Bank Cakrawala menahan bunga acuan di level 5,75 persen."
    verdict = "Hakim menghukum terdakwa membayar denda Rp 200 juta."
    assert decide(compared(*(body(n, fact, verdict) for n in range(15)))) == []


def test_a_line_beside_a_decided_one_goes_with_it():
    beside = "Kalau bukan sekarang, kapan lagi."
    assert decided(*(body(n, CALL, beside) for n in range(3))) == [CALL]
    assert decided(*(body(n, CALL, beside) for n in range(4))) == [CALL, beside]
    elsewhere = [body(n, beside, *prose(f"x{n}", 2)) for n in range(10, 16)]
    assert decided(*(body(n, CALL, beside) for n in range(4)), *elsewhere) == [CALL]


def test_a_chain_is_followed_to_its_end():
    house = ["Kami menulis sejak fajar.", "Meja kami panjang sekali.", "Tinta kami biru tua."]
    assert decided(*(body(n, CALL, *house) for n in range(4))) == [CALL, *house]


def test_speech_and_prices_are_never_chained():
    for line in ("“Kami senang,” kata Dewi.", "Saham ABCD naik 0,8 persen.", "Harga Rp 5 juta."):
        assert decided(*(body(n, CALL, line) for n in range(8))) == [CALL]


def test_a_vetoed_line_is_neither_decided_nor_does_another_chain_to_it():
    bodies = [body(n, CALL, "Kalau bukan sekarang, kapan lagi.") for n in range(4)]
    [line, _] = decide(compared(*bodies))
    assert decided(*bodies, vetoed={line.key}) == []


def test_any_order_gives_the_same_lines():
    bodies = compared(*(body(n, CALL, "Meja kami panjang sekali.") for n in range(9)))
    expected = decide(bodies)
    for seed in range(5):
        assert decide(Random(seed).sample(bodies, len(bodies))) == expected


def test_notices_of_half_a_short_body_do_not_make_bodies_alike():
    more = ("Redaksi menunggu koreksi pembaca di kotak pos redaksi setiap hari kerja.", CALL)
    bodies = [body(n, *more, *[f"{m}" for m in more]) for n in range(3)]
    assert set(decided(*bodies)) == set(more)
