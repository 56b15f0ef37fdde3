"""The copy of an archived page holds nothing that acts, even without a browser that forbids it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.extraction.page.page import Page
from crawler.web.browse.archived_page import PLACE, inert

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<img src=x ONERROR=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x\x0conerror\t=\n'alert(1)'>",
    '<img src="x"onerror=alert(1)>',
    "<svg/onload=alert(1)><circle onclick=alert(1)></svg>",
    "<details open ontoggle=alert(1)>",
    "<p onpointerrawupdate=alert(1)>",
    "<math><mi onclick=alert(1)>x</mi></math>",
    "<a href=javascript:alert(1)>x</a>",
    '<a href=" JaVa\tScRiPt:alert(1)">x</a>',
    '<a href="java&Tab;script&colon;alert(1)">x</a>',
    "<svg><a xlink:href=javascript:alert(1)>x</a></svg>",
    "<svg><a><animate attributeName=href values=javascript:alert(1) /></a></svg>",
    "<svg><set attributeName=onmouseover to=alert(1) /></svg>",
    "<table background=javascript:alert(1)>",
    '<img src="javascript:alert(1)" lowsrc="vbscript:x">',
    "<base href=https://lain.example.com/>",
    "<BASE HREF=//lain.example.com/>",
    '<meta http-equiv=refresh content="0;url=https://lain.example.com/">',
    '<META HTTP-EQUIV="Refresh" CONTENT=0>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<div srcdoc="<script>alert(1)</script>"></div>',
    "<form action=//lain.example.com/><input name=sandi><button formaction=//x>x</button></form>",
    "<form id=f></form><button form=f>x</button>",
    "<object data=javascript:alert(1)></object><embed src=//lain.example.com/x>",
    "<a ping=//lain.example.com/ attributionsrc=//x href=//x>x</a>",
    "<fencedframe src=//lain.example.com/></fencedframe>",
    "<math><maction xlink:href=javascript:alert(1) href=//x>x</maction></math>",
    "<svg><use href=//lain.example.com/x#a /><image xlink:href=//x /></svg>",
    "<svg><foreignObject><iframe srcdoc=x></iframe></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mtext><h1><a></a><mglyph><svg><mtext><style><a title='</style><img onerror=x>'></h1>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    "<table><svg><td><style><img src=x onerror=alert(1)></style></svg></table>",
    "<select><iframe><img src=x onerror=alert(1)></iframe></select>",
    "<svg><desc><noembed><img src=x onerror=alert(1)></noembed></desc></svg>",
    "<xmp><img src=x onerror=alert(1)></xmp><plaintext><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template><noscript><img onerror=x></noscript>",
]
ACTIVE = (
    "script, base, form, iframe, fencedframe, object, embed, input, button, meta[http-equiv], set,"
    " animate"
)


def copy_of(body: str) -> LexborHTMLParser:
    page = f"<html><head><title>Kabar</title></head><body><p>Isi kabar.</p>{body}</body></html>"
    return LexborHTMLParser(inert(Page(page.encode(), "https://warta.example.co.id/1")))


def attributes(tree: LexborHTMLParser) -> dict[str, str]:
    """Return all attributes in `tree`, in lower case, values without blanks."""
    return {
        name.lower(): re.sub(r"[\x00-\x20]", "", value or "").lower()
        for node in tree.root.traverse()
        for name, value in node.attributes.items()
    }


@pytest.mark.parametrize("markup", HOSTILE)
def test_nothing_in_the_copy_acts_or_leads_elsewhere(markup: str):
    tree = copy_of(markup)
    assert "Isi kabar." in tree.body.text()
    assert not tree.css(ACTIVE)
    found = attributes(tree)
    assert not [name for name in found if name.startswith("on")]
    leads = {"href", "xlink:href", "action", "formaction", "srcdoc", "ping", "attributionsrc"}
    assert not leads & set(found)
    assert not [value for value in found.values() if "script:" in value]


def test_the_contents_of_a_form_stay():
    assert "Alinea." in copy_of("<form><p>Alinea.</p></form>").body.text()


@given(
    st.lists(
        st.sampled_from(
            ["<a", "<img", "<svg", "<p", " ", "/", "\x0c", "\t", "\n", ">", '"', "'", "=", "on",
             "click", "onload", "ONerror", "href", "javascript:", "srcdoc", "x", "<math>", "<!--",
             "<title>", "<style>", "</style>", "-->", "<table>", "<select>"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_a_copy_read_again_has_no_handler_whatever_the_separators(parts: list[str]):
    found = attributes(copy_of("".join(parts)))
    assert not [name for name in found if name.startswith("on")]
    assert not [value for value in found.values() if value.startswith("javascript:")]


BODY = "Pabrik sel surya dibuka di Karawang pada hari Senin."


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (f"<h2>Judul lain</h2><h1> Judul\n berita </h1><p>{BODY}</p>", "h1"),
        (f"<h2>Judul berita</h2><p>{BODY}</p>", "h2"),
        (f"<h1>Situs</h1><ul><li>menu</ul><div><p>lain</p><p><b>{BODY}</b></p></div>", "b"),
        (
            f"<script>var a = '{BODY}'</script><p>Pabrik sel surya</p><section>{BODY}</section>",
            "section",
        ),
        ("<p id=wartatek-article>jebakan</p><h1>Judul berita</h1>", "h1"),
        ("<h1>Situs</h1><p>Isi lain.</p>", None),
        ("", None),
    ],
)
def test_the_place_where_the_article_begins_can_be_opened(page, place):
    copy = inert(
        Page(f"<html><body>{page}</body></html>".encode(), "https://contoh.example/1"),
        "Judul berita",
        [BODY],
    )
    found = [node.tag for node in LexborHTMLParser(copy).css(f"#{PLACE}")]
    assert found == ([place] if place else [])
