"""What a question wants, told by its words."""

from __future__ import annotations

import re

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
    r"(?!(?:belongs|borders|carries|comes|connects|contains|costs|covers|crosses|eats|flows|gets|"
    r"gives|goes|holds|hosts|keeps|leads|lies|lives|makes|means|needs|orbits|owns|pays|plays|"
    r"produces|rises|runs|says|sells|serves|stands|starts|takes|teaches|treats|uses|wants|wins|"
    r"works)\b)(?!\w+ (?:an?|the|his|her|its|their|into|through)\b)"
)
_HELPER = (  # what do bees make
    r"(?!(?:an?|the|of|is|was|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|"
    r"would)\b)"
)
_PLURAL = re.compile(
    r"\b(?:what|which|who) (?:are|were)\b|"
    # Elsewhere "which" seldom asks: the river which crosses the town.
    r"(?:\bwhat|(?:^|, |\b(?:at|by|for|from|in|on|to|know|me) )which|^name(?: the| some)?) "
    rf"(?:{_NO_PLURAL}\w+s|{_HELPER}\w+ {_VERB}{_NO_PLURAL}\w+s)\b",
    re.IGNORECASE,
)

_WHETHER = re.compile(
    r"^(?:(?:and|but|or|so|then),? )?"
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|"
    r"would)(?:n['’]t)?\b(?! (?:you|anybody|anyone|somebody|someone)\b)",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\b(?:each|respectively)\b|^how (?:old|tall|high|long|large|big|heavy) (?:are|were)\b",
    re.IGNORECASE,
)


def wants_several(question: str) -> bool:
    """Whether a phrase would hardly do: a list is asked for, several facts, or a reason.

    >>> [wants_several(q) for q in ("Who won?", "Who won, and when?", "Why?", "Which towns lost?")]
    [False, True, True, True]
    """
    return wants_facts(question) or bool(_REASON.search(_PAIR.sub("", question)))


def wants_facts(question: str) -> bool:
    """Whether more than one fact is asked for.

    >>> [wants_facts(q) for q in ("Who won?", "Who won, and when?", "Why?", "Which towns lost?")]
    [False, True, False, True]
    """
    question = _PAIR.sub("", question)
    return bool(_MANY_WORDS.search(question) or _PLURAL.search(question))


def asks_whether(question: str) -> bool:
    """Whether "yes" or "no" would answer, so that a phrase says nothing.

    >>> [asks_whether(q) for q in ("Has it closed?", "Was it May or June?", "Can you say when?")]
    [True, False, False]
    """
    begun = _WHETHER.match(question.lstrip())
    return bool(begun) and not re.search(r"\w or\b", question)


def wants_each(question: str) -> bool:
    """Whether the same is asked of several.

    >>> [wants_each(q) for q in ("How old were A and B?", "In which years did A and B die?")]
    [True, True]
    >>> [wants_each(q) for q in ("Where did A and B meet?", "What do A and B have in common?")]
    [False, False]
    """
    return bool(_EACH.search(question) or _PLURAL.search(question))
