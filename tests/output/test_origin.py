from __future__ import annotations

import pytest

from output.origin import NAME, OriginError, claim, origin_of


def test_a_dataset_takes_the_origin_of_its_first_run_and_keeps_it(tmp_path):
    assert origin_of(tmp_path) is None
    claim(tmp_path, "newsroom")
    claim(tmp_path, "newsroom")
    with pytest.raises(OriginError, match="made-up articles"):
        claim(tmp_path, "web")
    assert origin_of(tmp_path) == "newsroom"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"origin": "weeb"}', b"\xff"])
def test_an_unreadable_origin_is_no_origin_to_add_to(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(OriginError, match="cannot be read"):
        claim(tmp_path, "web")
    assert (tmp_path / NAME).read_bytes() == content
