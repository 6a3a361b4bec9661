"""Web pages and feeds."""

# ruff: noqa: E501  # documents with lines as long as they come

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from rag.article import Article
from rag.errors import DamagedFile, LimitExceeded, ReadError, UnsupportedFormat
from rag.read import Limits, Reader, ReadResult

PARAGRAPHS = [
    f"Paragraph {number} tells how the river rose over the banks of the old town in the night and "
    f"how {number} people left their houses before the morning came, with all that they could carry."
    for number in range(1, 7)
]
MENU = "".join(
    f"<li><a href='/{word}'>{word}</a></li>" for word in ("Sport", "Opinion", "Crossword")
)
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><title>River floods town | The Paper</title>
<meta charset="utf-8"><meta name="author" content="Jane Roe">
<meta property="og:title" content="River floods town"><meta property="og:site_name" content="The Paper">
<meta property="article:published_time" content="2015-08-21T10:00:00Z">
<style>p {{ color: red }}</style><script>var tracking = 1;</script></head>
<body><header><nav><ul>{MENU}</ul></nav></header>
<div class="cookie-banner">We value your privacy. Accept all cookies?</div>
<main><article><h1>River floods town</h1>
{"".join(f"<p>{text}</p>" for text in PARAGRAPHS)}
<h2>What the mayor says</h2><ol><li>First we clean up the streets of the town.</li>
<li>Then we build a wall along the river.</li></ol></article></main>
<aside><h3>Most read</h3><ul>{MENU}</ul></aside>
<footer><p>Copyright 2020 The Paper. All rights reserved.</p><ul>{MENU}</ul></footer></body></html>"""


def test_an_article_among_navigation(read_one: Callable[..., Article]) -> None:
    article = read_one(PAGE, "flood.html")
    for word in ("Sport", "Crossword", "Copyright", "cookies", "tracking", "Most read", "color"):
        assert word not in article.text
    lines = article.text.split("\n")
    for text in PARAGRAPHS:
        assert text in lines
    assert "What the mayor says" in lines
    assert "1. First we clean up the streets of the town." in lines
    assert article.title == "River floods town"
    assert (article.author, article.source) == ("Jane Roe", "The Paper")
    assert (article.date, article.language) == (datetime.date(2015, 8, 21), "en")


def test_a_page_without_an_article_gives_its_visible_text(read_one: Callable[..., Article]) -> None:
    page = (
        "<html><body><nav>Menu</nav><h1>Opening hours</h1><p>Mon<br>9 to 5</p>"
        "<p hidden>secret</p><div style='display: none'>secret</div><pre>a\n  b</pre>"
        "<table><tr><td>x</td><td>y<p>z</p></td></tr></table></body></html>"
    )
    article = read_one(page, "shop.htm")
    assert article.text == "Opening hours\n\nMon\n9 to 5\n\na\n  b\n\nx | y z"
    assert article.title == "Opening hours"


def test_xhtml_with_a_declaration(read_one: Callable[..., Article]) -> None:
    page = (
        '<?xml version="1.0" encoding="iso-8859-1"?><html xmlns="http://www.w3.org/1999/xhtml" '
        'xml:lang="fr"><head><title>Été</title></head><body><p>Un café.</p></body></html>'
    )
    article = read_one(page.encode("latin-1"), "ete.xhtml")
    assert (article.title, article.text, article.language) == ("Été", "Un café.", "fr")


def test_broken_html(read_one: Callable[..., Article]) -> None:
    assert read_one("<p>One <b>bold</p><li>x<p>two</div></td></span", "a.html").text.startswith(
        "One bold"
    )


@pytest.mark.parametrize(
    "name", ["saved.pdf", "saved.txt", "saved.xml", "saved", "https://x.org/a.php?b=c.csv"]
)
def test_html_under_another_name(name: str, read: Callable[..., ReadResult]) -> None:
    result = read(PAGE, name)
    assert result.articles[0].title == "River floods town"
    assert len(result.warnings) == (1 if name in ("saved.pdf", "saved.txt") else 0)


def page(body: str, head: str = "") -> str:
    """A page with an article that begins with `body`."""
    rest = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html><head><title>Flood</title>{head}</head>"
        f"<body><article>{body}{rest}</article></body></html>"
    )


def beginning(article: Article) -> str:
    """What stands before the paragraphs that all the pages have."""
    return article.text.partition(PARAGRAPHS[0])[0].strip()


WHEN = '<time datetime="2019-05-04">4 May 2019</time>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<p>The vote was held on {WHEN}, they said.</p>", "The vote was held on 4 May 2019, they said."),
        (f"<p>By Jane Roe, {WHEN}</p>", "By Jane Roe, 4 May 2019"),
        (f"<ul><li>The vote: {WHEN}</li></ul>", "- The vote: 4 May 2019"),
        ("<p>It was <q>a very <em>bad</em> day</q> for us.</p>", "It was “a very bad day” for us."),
        ("<p>He said: <q>She said <q>no</q> to it.</q></p>", "He said: “She said ‘no’ to it.”"),
        ("<p>It was <q>“typed”</q> here.</p>", "It was “typed” here."),
        ("<p>Press <button>Start</button> and go on.</p>", "Press Start and go on."),
        ("<p>Share: <button>Post</button> <button>Mail</button></p>", "Share:"),
        ("<p>In 2015<sup>3</sup>. It fell.<sup><a href='#4'>4</a></sup> Then 10<sup>6</sup>.</p>", "In 2015³. It fell.⁴ Then 10⁶."),
        ("<p>Said twice.<sup>1</sup><sup>2</sup> And<sup>3, 4</sup><sup> 5 6 </sup>.</p>", "Said twice.¹,² And³,⁴,⁵,⁶."),
        ("<p>On the 1<sup>st</sup>, 10<sup>-6</sup> m<sup>2</sup>; no.<sup>[7]</sup></p>", "On the 1st, 10⁻⁶ m²; no.[7]"),
        ("<h2>Use<a href='#use'>¶</a></h2><p>See <a href='#x'>§</a> 2.</p>", "Use\n\nSee § 2."),
        ("<p>Run it.<a class='anchor' href='#r'>§</a></p>", "Run it."),
        ("<h2><button>What <b>is</b> it?</button></h2><p>A dam.</p>", "What is it?\n\nA dam."),
        ("<h2><a href='https://x.org/doc#use'>§</a>Use</h2><p>It runs.</p>", "Use\n\nIt runs."),
    ],
)  # fmt: skip
def test_words_and_marks_within_sentences(
    body: str, text: str, read_one: Callable[..., Article]
) -> None:
    assert beginning(read_one(page(body), "a.html")) == text


def test_a_title_without_the_link_to_itself(read_one: Callable[..., Article]) -> None:
    body = '<h1>Installing<a class="headerlink" href="#installing">¶</a><button>Copy</button></h1>'
    assert read_one(page(body), "a.html").title == "Installing"
    assert read_one(f"<html><body>{body}<p>Run it.</p></body></html>", "a.html").text == (
        "Installing\n\nRun it."
    )


@pytest.mark.parametrize(
    ("body", "date"),
    [
        (f"<p>The vote was held on {WHEN}, they said.</p>", None),
        (f"<p>By Jane Roe, {WHEN}</p>", (2019, 5, 4)),
        (f"<header><ul><li>Jane Roe</li><li>{WHEN}</li></ul></header>", (2019, 5, 4)),
        (f"{WHEN}<p>The flood of <time datetime='1997-07-07'>1997</time> was great.</p>", (2019, 5, 4)),
        (f"<ul class='timeline'><li>{WHEN} The vote</li></ul>", None),
        ("<h1>The flood of 7 July 1997</h1>", None),
        (f"<div>Jane Roe {WHEN}</div>", (2019, 5, 4)),
        ("<div>Jane Roe <time>4 May 2019</time></div>", (2019, 5, 4)),
        ("<div>Version 5, built 2019-05-04</div>", None),
        ("<div>2019-05-04</div>", (2019, 5, 4)),
        ("<p>The vote was on 25/04/2019.</p>", None),
        ("<p>The vote was on 2019-04-25.</p>", None),
        ("<p class='byline'>By Jane Roe, 5 May 2024</p>", (2024, 5, 5)),
        ("<div class='date'>25/05/2024</div>", (2024, 5, 25)),
        ("<div class='date'>03/05/2024</div>", None),
        ("<div class='date'>05/05/2024</div>", (2024, 5, 5)),
        ("<div class='date'>25/05/24</div>", None),
        ("<div class='date'>2024/05/03</div>", (2024, 5, 3)),
    ],
)  # fmt: skip
def test_dates_of_a_page(
    body: str, date: tuple[int, int, int] | None, read_one: Callable[..., Article]
) -> None:
    assert read_one(page(body), "a.html").date == (datetime.date(*date) if date else None)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<meta name="date" content="03/05/2024">', False),
        ('<meta name="date" content="2024-05-03">', True),
        ('<link rel="canonical" href="https://x.org/2024/05/03/flood">', True),
        ('<script type="application/ld+json">{"datePublished": "2024-05-03"}</script>', True),
    ],
)
def test_dates_in_metadata(head: str, found: bool, read_one: Callable[..., Article]) -> None:
    day = datetime.date(2024, 5, 3) if found else None
    body = "<p>The flood of 7 July 1997 was great.</p>"
    assert read_one(page(body, head), "a.html").date == day


MILLION = 1_000_000


@pytest.mark.parametrize(
    ("name", "data", "error", "message"),
    [
        ("a.html", "<html><body>" + "<div>" * MILLION + "text", LimitExceeded, "nested too deeply"),
        ("a.md", ">" * MILLION + " text", LimitExceeded, "nested too deeply"),
        ("a.jsonl", "[" * MILLION, DamagedFile, "none of its lines"),
        ("a.xml", "<rss>" + "<item>" * MILLION, LimitExceeded, "longer than 3 seconds"),
    ],
)
def test_a_million_nested_tags(name: str, data: str, error: type[ReadError], message: str) -> None:
    with Reader(Limits(seconds=3)) as reader:
        with pytest.raises(error, match=message) as caught:
            reader.read(data.encode(), name)
        assert caught.value.where == name
        assert caught.value.remedy
        assert reader.read(b"Next.", "next.txt").articles[0].text == "Next."


def test_three_hundred_nested_tags(read_one: Callable[..., Article]) -> None:
    assert read_one("<html><body>" + "<div>" * 300 + "<p>deep</p>", "a.html").text == "deep"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "lol"><!ENTITY passwd SYSTEM "file:///etc/passwd">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)


@pytest.mark.parametrize(
    ("name", "root", "body"),
    [
        (
            "bomb.xml",
            "rss",
            "<rss><channel><item><title>t</title><description>&j; &passwd; end</description></item></channel></rss>",
        ),
        ("bomb.xhtml", "html", "<html><body><p>&j; &passwd; end</p></body></html>"),
    ],
)
def test_entities_are_harmless(
    name: str, root: str, body: str, read: Callable[..., ReadResult]
) -> None:
    (article,) = read(BOMB.replace("{root}", root) + body, name).articles
    assert len(article.text) < 1000
    assert "root:" not in article.text


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Paper</title><language>en-us</language><link>https://paper.example</link>
<item><title>Flood &amp; fire</title><link>https://paper.example/1</link><dc:creator>Jane Roe</dc:creator>
<pubDate>Fri, 21 Aug 2015 23:30:00 -0500</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>The <b>river</b> rose.</p><p>Nobody was hurt.<img src="http://evil.example/x.png"></p><script>x</script>]]></content:encoded></item>
<item><title>Only a summary</title><description>&lt;p&gt;A summary&amp;nbsp;here.&lt;/p&gt;</description></item>
<item><title>Nothing</title></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title>
<entry><title type="html">Ein &lt;i&gt;Titel&lt;/i&gt;</title><updated>2015-08-21T10:00:00Z</updated><author><name>Eva</name></author>
<summary>Kurz.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Das <em>Hochwasser</em>.</p><ul><li>eins</li></ul></div></content></entry>
<entry><title>Text</title><updated>2015-08-22T10:00:00Z</updated><content type="text">Nur Text.</content></entry></feed>"""


def test_rss(read: Callable[..., ReadResult]) -> None:
    result = read(RSS, "feed.xml")
    first, second = result.articles
    assert first.text == "The river rose.\n\nNobody was hurt."
    assert (first.title, first.author, first.source) == ("Flood & fire", "Jane Roe", "The Paper")
    assert (first.date, first.language, first.path) == (
        datetime.date(2015, 8, 21),
        "en",
        "feed.xml#1",
    )
    assert second.text == "A summary here."
    assert result.warnings == ("entry 3 has no text and is missing",)


def test_atom(read: Callable[..., ReadResult]) -> None:
    first, second = read(ATOM, "blatt").articles
    assert first.text == "Das Hochwasser.\n\n- eins"
    assert (first.title, first.author, first.date) == (
        "Ein Titel",
        "Eva",
        datetime.date(2015, 8, 21),
    )
    assert second.text == "Nur Text."


def test_xml_that_is_no_feed(read: Callable[..., ReadResult]) -> None:
    with pytest.raises(UnsupportedFormat, match="neither RSS nor Atom"):
        read("<?xml version='1.0'?><config><a>b</a></config>", "settings.xml")
    with pytest.raises(DamagedFile, match="without readable entries"):
        read("<rss><channel><title>t</title>", "cut.rss")
