"""What a question wants, told by its words."""

from __future__ import annotations

import re

ASKING = "what|which|who|whom|whose|when|where|why|how"
HELPERS = (
    "is|are|was|were|do|does|did|has|have|had|will|would|can|could|may|might|must|shall|should"
)

_MANY_WORDS = re.compile(
    r"\b(?:and|both|(?:two|three|four|five)(?!-)|several|all(?!-| time\b)|each|respectively|"
    r"other than|besides|a list of|(?:can|could|please|to|will|would|you) list)\b|^list\b",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"\bbetween\b[^,;?]{1,80}?\band\b", re.IGNORECASE
)  # the distance between A and B
_REASON = re.compile(
    r"\b(?:why|reasons?|explain|describe|differences?|how\b(?! (?:many|much|few|little|old|young|"
    r"long|short|far|near|close|fast|quickly|slow|slowly|often|frequently|soon|late|early|recently|"
    r"tall|high|low|deep|wide|thick|heavy|light|big|small|large|hot|warm|cold|loud|bright|strong|"
    r"steep|rich|expensive|cheap|likely)\b))",
    re.IGNORECASE,
)
_NO_PLURAL = (  # a name, or a word that ends in s anyway
    r"(?!(?-i:[A-Z][a-z])|\d|\w*(?:ss|us|is)\b|(?:was|has|does|gas|lens|news|series|species|sports)\b)"
)
_VERB = (  # which city hosts the games
    r"(?!(?:begins|belongs|borders|brings|carries|causes|closes|comes|connects|contains|costs|covers|"
    r"crosses|divides|eats|ends|flows|gets|gives|goes|happens|helps|holds|hosts|joins|keeps|leads|"
    r"lies|links|lives|makes|means|needs|opens|orbits|owns|pays|plays|produces|rises|runs|says|"
    r"sells|separates|serves|stands|stars|starts|surrounds|takes|teaches|treats|unites|uses|wants|"
    r"wins|works)\b)(?!\w+ (?:an?|the|his|her|its|their|into|through)\b)"
)
_NO_HELPER = rf"(?!(?:an?|the|of|{HELPERS})\b)"  # what do bees make
_PLURAL = re.compile(
    r"\b(?:what|which|who) (?:are|were)\b|"
    # Elsewhere "which" seldom asks: the river which crosses the town.
    r"(?:\bwhat|(?:^|, |\b(?:at|by|for|from|in|on|to|know|me) )which|^name(?: the| some)?) "
    rf"(?:{_NO_PLURAL}\w+s|{_NO_HELPER}\w+ {_VERB}{_NO_PLURAL}\w+s)\b",
    re.IGNORECASE,
)

_WHETHER = re.compile(
    r"^(?:(?:and|but|or|so|then|ok|okay|well|please),? )?"
    rf"(?:am|{HELPERS})(?:n['’]t)?\b",
    re.IGNORECASE,
)
_OPENING = re.compile(  # can you tell me who won; do you know if it is open
    r"^(?:(?:please|ok|okay|hello|hi|hey|so|well),? )*"
    r"(?:(?:(?:can|could|would|will|do|does) (?:you|we|i|anybody|anyone|somebody|someone)"
    r"(?: please| happen to)? )?(?:tell me|tell us|say|know|explain|find out|remember)"
    r"|i(?: would|['’]d)? (?:want|like|need) to know)(?: please)?,? "
    rf"(?=(?:(?:in|on|at|by|to|for|from|of|with) )?(?:{ASKING}|if|whether)\b)",
    re.IGNORECASE,
)
_TOLD = re.compile(  # can you list the winners
    r"^\w+ (?:you|we|anybody|anyone|somebody|someone)(?: please)? "
    r"(?:describe|explain|give|know|list|name|say|show|tell)\b",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\b(?:each|respectively)\b|^how (?:old|tall|high|long|large|big|heavy) (?:are|were)\b",
    re.IGNORECASE,
)

_ASKING = re.compile(rf"\b(?:{ASKING})\b", re.IGNORECASE)
_NAME_AND = re.compile(r"(?<=[\w.]) and (?=[A-Z])")  # within a name: Johnson and Johnson
_AND = re.compile(r"\band\b", re.IGNORECASE)
_LIST = re.compile(r"\w,? (?:and|or|&|as well as) \w|,(?!\d).+,(?!\d)|;", re.IGNORECASE)


def wants_several(question: str) -> bool:
    """Whether a phrase would hardly do: a list is asked for, several facts, or a reason.

    >>> [wants_several(q) for q in ("Who won?", "Who won, and when?", "Why?", "Which towns lost?")]
    [False, True, True, True]
    """
    return wants_facts(question) or wants_reason(question)


def wants_reason(question: str) -> bool:
    """Whether a reason, a way or a difference is asked for.

    >>> [wants_reason(q) for q in ("Why?", "How did it end?", "How long is it?")]
    [True, True, False]
    """
    return bool(_REASON.search(_PAIR.sub("", question)))


def wants_facts(question: str) -> bool:
    """Whether more than one fact is asked for.

    >>> [wants_facts(q) for q in ("Who won?", "Who won, and when?", "Why?", "Which towns lost?")]
    [False, True, False, True]
    """
    question = _PAIR.sub("", question)
    return bool(_MANY_WORDS.search(question) or _PLURAL.search(question))


def answered_by(question: str, phrase: str) -> bool:
    """Whether a phrase can be all that is asked for where a question seems to want several facts.

    It can where it lists several of the one kind that is asked for, or where the "and" of the
    question stands between names. It can't be a reason, nor two facts of different kinds.

    >>> answered_by("Which towns lost?", "Lenn and Ost"), answered_by("Which towns lost?", "Lenn")
    (True, False)
    >>> answered_by("When did Smith and Sons close?", "1998")
    True
    >>> answered_by("How many were killed and hurt?", "six")
    False
    """
    question = _PAIR.sub("", without_opening(question))
    if len(_ASKING.findall(question)) != 1 or _REASON.search(question):
        return False
    if not wants_facts(_within_names(question)):
        return True
    return not wants_two(question) and bool(_LIST.search(phrase))


def wants_two(question: str) -> bool:
    """Whether the question joins two facts, so that one phrase is half of the answer at most.

    >>> [wants_two(q) for q in ("How many were killed and hurt?", "When did Smith and Sons close?")]
    [True, False]
    """
    return bool(_AND.search(_within_names(_PAIR.sub("", without_opening(question)))))


def _within_names(question: str) -> str:
    """A question without each "and" that stands between two words with a capital."""
    for found in reversed(list(_NAME_AND.finditer(question))):
        before = question[: found.start()].rsplit(maxsplit=1)[-1]
        if before[0].isupper():
            question = f"{question[: found.start()]} {question[found.end() :]}"
    return question


def asks_whether(question: str) -> bool:
    """Whether "yes" or "no" would answer, so that a phrase says nothing.

    >>> [asks_whether(q) for q in ("Has it closed?", "Was it May or June?", "Can you say when?")]
    [True, False, False]
    """
    question = without_opening(question.strip())
    begun = _WHETHER.match(question) or re.match(r"(?:if|whether)\b", question, re.IGNORECASE)
    return bool(begun) and not _TOLD.match(question) and not re.search(r"\w or\b", question)


def without_opening(question: str) -> str:
    """The question that is asked, without the words of a polite opening.

    >>> without_opening("Could you please tell me who won?")
    'who won?'
    """
    return _OPENING.sub("", question)


def wants_each(question: str) -> bool:
    """Whether the same is asked of several.

    >>> [wants_each(q) for q in ("How old were A and B?", "In which years did A and B die?")]
    [True, True]
    >>> [wants_each(q) for q in ("Where did A and B meet?", "What do A and B have in common?")]
    [False, False]
    >>> wants_each("What are the differences between A and B?")
    False
    """
    if _PAIR.search(question):
        return False
    return bool(_EACH.search(question) or _PLURAL.search(question))
