"""Phrases of words.toml."""

from crawler.state.recurrence.phrases import SAYING, groups, may_say


def test_words_with_a_phrase_of_a_notice_are_looked_at_and_prose_is_not():
    for name in SAYING:
        for first, phrases in groups()[name].by_first.items():
            for phrase in phrases:
                rest = [min(part - {"*"}, default="apa") for part in phrase[1:]]
                assert may_say({first, *rest}, asks=True), (name, first, rest)
    assert not may_say("pabrik cip pertama dibuka di batam".split(), asks=False)
    assert not may_say(["tertarik", "membeli"], asks=False)
