from crawler.hosts import lanes, registered_domain


def test_the_registered_domain_of_hosts_and_urls():
    assert registered_domain("https://www.kontan.co.id/rss?x=1") == "kontan.co.id"
    assert registered_domain("inet.detik.com") == "detik.com"
    assert registered_domain("https://127.0.0.1:8000/") == "127.0.0.1"
    assert registered_domain("javascript:void(0)") == "javascript:void(0)"


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
