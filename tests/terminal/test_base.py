from __future__ import annotations

from crawler.terminal.base import tabulate


def test_only_what_is_judged_unhealthy_is_red():
    judgements = ("healthy", "interrupted", "unhealthy")
    table = tabulate([{"outlet": "kontan", "judgement": one} for one in judgements], ["outlet"])
    assert [row.style for row in table.rows] == ["", "", "red"]
