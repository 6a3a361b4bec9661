"""Sentences and passages: hard cases made by hand, and laws that hold for any text."""

# quotation marks and stops of many scripts are what this is about

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.article import Article, Passage, Sentence
from rag.split import LONGEST, passages, sentences

pytestmark = pytest.mark.filterwarnings("error")

# "|" marks where one sentence ends and another follows; it isn't part of the text.
ENGLISH = """
Mr. Low met Dr. Ada Park on Monday.| She said no.
The U.S. Army left.| It came home to the U.S.| The troops were glad.
The vote is at 9 a.m. Monday and ends at 5 p.m.| Police closed the road at 6 p.m. Eastern time.
He was born on Jan. 5, 1980, in St. Paul, Minn.| His mother moved to Portland, Ore., in Sept. 1981.
Gen. Mark Orr and Lt. Col. Ann Vale spoke.| Sen. Bo Reed, D-Calif., did not.
Apple Inc. Chief Executive Tim Moss left.| Shares of Widget Corp. fell 3.5 percent.| The index rose.
The deal was signed by Acme Co.| The price was $1.2bn.| It closes in Dec. 2027.
J. K. Marlow wrote it.| The poet W. H. Odell did not.| Kim J. U. was there.
The suspect, identified only as Park S. J., was held.| Officers found No. 5 in the list.
Did he agree?| No.| He refused.
The answer was No.| They went home.| See Fig. 3 and Vol. II of the report.
Prices rose by 3.5 million won, to No. 1 in Asia.| A year ago it was 2.5.| The bank waits.
SEOUL, South Korea — On Monday, the agency met lawmakers.| Nobody spoke.
WASHINGTON (Reuters) - The president said on Friday he would go.| He did not.
ST. LOUIS (AP) — A man was shot.| Police are searching.
PALO ALTO, Calif. (AP) — The firm, e.g. its owner, lost.| Shares fell.
WASHINGTON, D.C. — The court ruled.| Appeals, i.e. none, were heard.
"Stop!" he said.| Nobody stopped.
"Why now?" Senator Low asked.| "Why?"| He did not know.
“Go away!” the man shouted.| “Never!” replied Ms. Vale.
"The dam broke.| We ran.| Then it was over", said Mr. Low.
“We lost everything.| The house is gone,” Park said.| “What now?”| Nobody knew.
He said, "It is over."| The crowd left.
He called it "an outrage."| "We will appeal," she said.
She asked: “Where is he?”| Then she left.
(He left early.)| The others stayed.| (They had time.| Nobody called.)
The firm (formerly Foo Inc.) was sold.| The buyer (see p. 5) is unknown.
Well... I think so.| He paused…| Then he left.
“We will … Congress and the people … win,” he said.| “...and then we go.”
He waited . . . and went.| And then?| Nothing!
Visit https://example.org/a.b?c=d.html now.| Write to a.low@mail.example.com.| Or call.
The site example.com was down.| Node.js and Shop.Com were not.| Version 2.0.1 is out.
The train left at 5.30 p.m. on 3 May.| It arrived at 10.15.| 300 people were on board.
This was the end.|Next came the rain.|The river rose.
Yahoo! Inc. said it would sell.| The show Jeopardy! is back.
The iPhone was late.| iPhone sales fell.| eBay rose.
Q: How old are you?| A: I am nine.| Q: Why?
Q. How old are you?
1. The first item is long.| It has two sentences.
Ford Motor Co. said it would cut jobs vs. last year.| GM did not.
Martin Luther King Jr. Day is a holiday.| He was followed by John Roe Jr.| The son won.
The Ph.D. student left Washington D.C.| The dog stayed in N.Y. City.
The team landed in Washington D.C.| Image: United States Navy.
World War I ended in 1918.| A treaty ended the war with Elizabeth I.| The peace held.
The study by Roe et al. (2019) was wrong.| So was Doe et al. 2020.
He works for the U.N. Security Council, the E.U. and No. 10.| Others don’t.
The court cited Roe v. Wade, Brown vs. Board, and Art. 5.| It ruled.
"Is it true?" asked Prof. Lee.| "It is not," he said.| 'Good.'| 'Yes.'
He said 'no.'| The dogs' owner said 'yes'.| It’s the end.
Rep. A. B. Low, R-Ga., Gov. C. Dow and Capt. Roe met.| They talked.
The price rose 5 pct.| Analysts had expected less.| "Buy!"| "Sell!"
The fire was out by noon.[1]| Damage was small.[2][citation needed]| Nobody was hurt.
He lives on Main St.| The house is old.
He took vitamin B.| The doctor agreed.| Plan C. failed.
He said: "I don't know.| I wasn't there."| The judge, Hon. M. Orr, nodded.
They came from all over: Paris, Rome, etc.| Nobody stayed.| Photos, films, etc. were shown.
What?!| No!!!| Really...?| Yes.
It was 5-4.| Justice A. Scale wrote: “Laws end.| Rights don’t.”| Others “dissent[ed].”| So be it.
Police said about 40 (some say 50!) people died.| Rescuers dug.| It was 9.30 in the morning.
Great news! 🎉👍🏽| The team won 3–2 vs. Ajax. ❤️| Fans sang.
The 7.1-magnitude quake hit at 6:10 a.m.| Officials said the St. Mary’s roof fell.| It hit Mt. Fell.
He wrote f(x).| The law files it as Case No. F-20.| Specifically, it isn't.
Help me.| I am lost!!| She left for the U.S.| Finally, he followed her?!| They met....| I know.
The river rose.1| Then it fell.23| He slept.2,3| “It rained.”4| Was it over?5| Boats sank.
It rose.¹| Then it fell.²| Rivers rose.[^1]| It was.[1, 2]| Then it fell.[3-5]| It ended.[^a]| So.
The river rose.*| It fell.†| Then it was.‡| Boats sank.**| The note is f(x)*g(x).
The fire was out.[1]:45| Nobody was hurt.[2]:5–6| The U.S.¹ Army left.
It is 5.1 Then and v2.1 Then.| He lives at No.10 Downing Street.| See fig.3 Rivers.
The U.S.* Army left Acme Inc.[1] Chief Tim Moss.
It was 6 p.m. Kyiv time.| It was 9 a.m. London time.| It was 6 p.m. New York time.| We left.
It was 10 a.m. AEDT when it rose.| It ended at 6 p.m.| NATO said so.
He left at 6 p.m.| Some time went by.
On Tues. Jan. 5 he left.| The shop opens Sat. 10 to 4.| He sat.| 10 came.| 5 sat in the sun.
Maj.-Gen. Roe left.| Lt.-Gov. Low didn’t.| Assoc. Prof. Roe left Sto. Tomas.
Sra. Roe is at tel. 555-0100.
Spc. Roe, Cpt. Low, Pte. Vale and Ofc. Park left.| Ald. Reed, Coun. Dow, Cllr. Orr came.
The call came from Const. Roe.| Dep. Gov. Low took it.| It was for the state DEP.| Nobody came.
See Sect. 4 and App. 3 of the law.| Ring ext. 12 now.| They made an app.| 5 million people use it.
“Is he dead?” I asked.| “No,” she said.| “Dr. Roe says, ‘He lives.’”| I wept.
""".strip().splitlines()

OTHERS = [
    ("zh", "他说：“停！”然后走了。|“好。”|第二天下雨了！|你好吗？|好。"),
    ("ja", "「止まれ！」と彼は言った。|「雨だ。|帰ろう。」と母が言った。|次の日は晴れた。"),
    ("ar", "كيف حالك؟| أنا بخير.| شكرا!"),
    ("hi", "यह पहला वाक्य है।| यह दूसरा है।| क्या यह तीसरा है?| हाँ।"),
    ("el", "Τι κάνεις;| Καλά είμαι.| Εσύ;"),
    ("de", "Am 3. Oktober kam Dr. Müller z. B. nach Bonn.| „Es regnet.“| Er ging."),
    ("fr", "« Il pleut. »| M. Dupont est parti.| « Pourquoi ? » demanda-t-elle."),
    ("es", "¿Por qué?| Ya.| El Sr. López llegó.| ¡Vaya!"),
    ("ru", "А. С. Пушкин родился в Москве.| «Да.»| Он умер в 1837 г."),
    ("am", "ሰላም ነው።| ደህና ነኝ።"),
    ("en-GB", "Mr Low left.| He returned.\n| Headline\n| Next"),
    ("xx-unknown", "One ended.| Two did not."),
]


def article(text: str, language: str | None = None) -> Article:
    return Article.of(text, title="Test", language=language)


def quotes(text: str, language: str | None = None) -> list[str]:
    made = article(text, language)
    return [sentence.quote(made) for sentence in sentences(made)]


@pytest.mark.parametrize("marked", ENGLISH)
def test_hard_english_news(marked: str) -> None:
    assert quotes(marked.replace("|", "")) == [part.strip() for part in marked.split("|")]


@pytest.mark.parametrize(("language", "marked"), OTHERS)
def test_other_scripts_and_languages(language: str, marked: str) -> None:
    assert quotes(marked.replace("|", ""), language) == [part.strip() for part in marked.split("|")]


def test_headlines_and_list_items_stand_alone() -> None:
    text = "Storm hits coast\nBy A. Low\n\n• First, see Mr. Roe.\n•\tSecond\n   \n- Third.  \n"
    assert quotes(text) == [
        "Storm hits coast",
        "By A. Low",
        "• First, see Mr. Roe.",
        "•\tSecond",
        "- Third.",
    ]


def test_nothing_but_marks_is_no_sentence_of_its_own() -> None:
    assert quotes("He left. ... — *") == ["He left. ... — *"]
    assert quotes("* * *\nNext") == ["* * *", "Next"]
    assert quotes("... Next. (!) Then it was.") == ["... Next.", "(!) Then it was."]
    assert quotes("") == quotes(" \n\t\n ") == []


def test_a_sentence_that_is_too_long_is_cut_at_the_best_border() -> None:
    clause = "word " * 200 + "end; "
    assert quotes(clause * 3) == [clause.strip()] * 3
    row = "\t".join(f"cell {number}" for number in range(1000))
    assert all(len(part) <= LONGEST and part.startswith("cell") for part in quotes(row))
    assert [len(part) for part in quotes("x" * 4000)] == [1500, 1500, 1000]


def test_a_cut_keeps_the_marks_of_a_character_together() -> None:
    accents, family = quotes("e\u0301" * 2000), quotes("👩\u200d👩\u200d👧" * 900)
    assert len(accents) > 1
    assert all(part[0] == "e" for part in accents)
    assert all(part[0] != "\u200d" != part[-1] for part in family)


PIECES = st.sampled_from(
    [
        *" .?!\n\"'“”‘’„«»()[]…。！？「」؟।;:,—-•@/😀👍ßİǅΣAa1中",
        *("\u0301", "\u200d", "\ufe0f", "\u202e", "\u2028", "\u00a0", "\u3000", "\t", "\x85"),
        *("שלום", "سلام", "हिन्दी", "U.S.", "3.5", "http://a.b/c", "[1]", "..."),
        *("Mr. ", "a.m. ", "No. ", "The ", " said", "J. ", "e.g. ", ". . .", '." ', "! “"),
        *("word " * 60, "x" * 700),
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=200
)
LANGUAGES = st.sampled_from([None, "en", "en-US", "de", "zh", "ar", "hi", "el", "fi", "??", ""])


@settings(max_examples=400)
@given(text=TEXTS, language=LANGUAGES)
@example(text="U.S. -ßa.m.B\u3000.ß", language="en")  # a panic in sentencex, if it were shown it
@example(text="\u3000U.S.\u00a0İ", language="de")
def test_the_span_law(text: str, language: str | None) -> None:
    made = article(text, language)
    found = sentences(made)
    assert found == sentences(made)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for sentence in found:
        assert 0 <= sentence.start < sentence.end <= len(text)
        quote = sentence.quote(made)
        assert quote == quote.strip()
        assert "\n" not in quote
        assert len(quote) <= LONGEST
    borders = [0, *(at for one in found for at in (one.start, one.end)), len(text)]
    gaps = zip(borders[::2], borders[1::2], strict=True)
    assert not "".join(text[start:end] for start, end in gaps).strip()


def test_a_panic_in_sentencex_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(language: str, text: str) -> None:
        raise type("PanicException", (BaseException,), {})

    monkeypatch.setattr("sentencex.get_sentence_boundaries", panic)
    assert quotes("It rained. Mr. Low left? He did.") == ["It rained. Mr. Low left?", "He did."]


@pytest.mark.parametrize(
    "unit",
    [
        *("a", ".", '"', "“a", "(", "A.", "a. ", "Mr. ", "“A b. ", "a@b.cc ", "! ", ". . ", "。「"),
        *("…I ", "x.[1]", "U.S. The ", "https://a.b/?c=d", "\n.", "a\t", " ", "e\u0301", ". '"),
        *(
            "?” A b c d e ",
            ":D 🎉 ",
            "A b; ",
            "b.1,2 A",
            "*.",
            ".*†",
            ".[^1]:2",
            ".[1, ",
            "p.m. AT",
        ),
    ],
)
def test_time_is_linear(unit: str) -> None:
    def seconds(length: int) -> float:
        made = article(unit * (length // len(unit)))
        start = time.process_time()
        sentences(made)
        return time.process_time() - start

    assert seconds(50_000) < 1
    assert seconds(200_000) < 2


def test_a_million_characters_on_one_line() -> None:
    start = time.process_time()
    assert len(quotes("x" * 1_000_000)) == 667
    assert len(quotes("He left. " * 111_111)) == 111_111
    assert len(quotes("“a.b" * 250_000)) == 667
    assert time.process_time() - start < 10


def by_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def packed(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    made = article(text)
    found = passages(made, sentences(made), by_words, size=size, overlap=overlap)
    return [(passage.first, passage.last) for passage in found]


def test_passages_share_sentences() -> None:
    assert packed("A b c d. " * 8, size=12, overlap=4) == [(0, 3), (2, 5), (4, 6), (5, 8)]
    assert packed("A b c d. " * 4, size=16, overlap=4) == [(0, 4)]
    assert packed("", size=16, overlap=4) == []


def test_a_passage_prefers_to_end_where_a_paragraph_ends() -> None:
    text = "A b c d. A b c d. A b c d.\n" + "A b c d. " * 9
    assert packed(text, size=16, overlap=0)[:2] == [(0, 3), (3, 7)]
    assert packed("A b c.\n" + "A b c. " * 9, size=12, overlap=0)[0] == (0, 4)


def test_a_short_rest_is_shared_evenly() -> None:
    assert packed("A b c d. " * 5, size=16, overlap=0) == [(0, 3), (3, 5)]


def test_a_sentence_that_is_too_long_is_a_passage_by_itself() -> None:
    text = "A b. A b. " + "A " * 20 + "b. A b. A b."
    assert packed(text, size=8, overlap=2) == [(0, 2), (2, 3), (3, 5)]


@pytest.mark.parametrize(("size", "overlap"), [(8, 8), (8, -1), (0, 0)])
def test_sizes_that_make_no_sense(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        packed("A b.", size, overlap)


def test_tokens_are_counted_in_one_call() -> None:
    calls: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return by_words(texts)

    made = article("A b c. " * 50)
    passages(made, sentences(made), count, size=20, overlap=5)
    assert calls == [50]


@st.composite
def settings_of_passages(draw: st.DrawFn) -> tuple[list[int], list[bool], int, int]:
    counts = draw(st.lists(st.integers(0, 40), max_size=60))
    newlines = draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    size = draw(st.integers(1, 60))
    return counts, newlines, size, draw(st.integers(0, size - 1))


@given(settings_of_passages())
def test_the_law_of_passages(drawn: tuple[list[int], list[bool], int, int]) -> None:
    counts, newlines, size, overlap = drawn
    made = article("".join("a.\n" if newline else "a. " for newline in newlines))
    found = [Sentence(made.id, 3 * at, 3 * at + 2) for at in range(len(counts))]
    made_passages = passages(made, found, lambda _: counts, size=size, overlap=overlap)
    for passage in made_passages:
        assert isinstance(passage, Passage)
        assert passage.first < passage.last
        assert passage.start == found[passage.first].start
        assert passage.end == found[passage.last - 1].end
        alone = passage.last - passage.first == 1
        assert sum(counts[passage.first : passage.last]) <= size or alone
    ends = [0, *(passage.last for passage in made_passages)]
    assert ends[-1] == len(counts)
    assert all(one < other for one, other in pairwise(ends))
    for end, passage in zip(ends[1:], made_passages[1:], strict=False):
        assert passage.first <= end
        assert sum(counts[passage.first : end]) <= overlap
    assert all(one.first < other.first for one, other in pairwise(made_passages))
