from crawler.runs.schedule import lanes, share


def test_outlets_on_one_host_share_a_lane_and_keep_their_order():
    domains = {
        "kompastekno": ["tekno.kompas.com", "indeks.kompas.com"],
        "kontan": ["kontan.co.id"],
        "kompasmoney": ["https://money.kompas.com/rss"],
        "tempotekno": ["www.tempo.co"],
    }
    assert lanes(domains) == [["kontan"], ["kompastekno", "kompasmoney"], ["tempotekno"]]


def test_an_outlet_with_two_hosts_joins_two_lanes():
    domains = {"a": ["a.com"], "b": ["b.com"], "c": ["a.com", "b.com"]}
    assert [sorted(lane) for lane in lanes(domains)] == [["a", "b", "c"]]


OUTLETS = {f"koran{n}": [f"koran{n}.example"] for n in range(60)} | {
    "tekno": ["tekno.kabarlaut.web.id"],
    "niaga": ["niaga.kabarlaut.web.id"],
}


def test_every_outlet_is_crawled_by_exactly_one_machine():
    for hosts in (1, 2, 5):
        shares = [share(OUTLETS, number, hosts) for number in range(1, hosts + 1)]
        assert sorted(name for taken in shares for name in taken) == sorted(OUTLETS)
        assert all(len(taken) > len(OUTLETS) / hosts / 3 for taken in shares)


def test_outlets_of_a_shared_domain_are_crawled_by_the_same_machine():
    for hosts in range(1, 20):
        assert any({"tekno", "niaga"} <= share(OUTLETS, n, hosts) for n in range(1, hosts + 1))


def test_a_further_machine_takes_its_share_and_moves_no_other_outlet():
    for hosts in range(1, 8):
        moved = {
            name
            for number in range(1, hosts + 1)
            for name in share(OUTLETS, number, hosts) - share(OUTLETS, number, hosts + 1)
        }
        assert moved == share(OUTLETS, hosts + 1, hosts + 1)
        assert len(moved) < 2.5 * len(OUTLETS) / (hosts + 1)
