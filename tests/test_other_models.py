"""Any GGUF can take the embedded model's place: other architectures, other chat formats."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag import Library
from rag.add import Document
from rag.generate import LlamaModel
from rag.models import ModelFile, model_file
from rag.prompt import Part
from rag.testing import FakeEncoder, FakeLocator
from tests.random_gguf import KINDS, Kind, write

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.architecture)
def kind(request: pytest.FixtureRequest) -> Kind:
    assert isinstance(request.param, Kind)
    return request.param


@pytest.fixture(scope="module")
def file(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    path = tmp_path_factory.mktemp("models") / f"{kind.architecture}.gguf"
    write(kind, path)
    return model_file(str(path))


@pytest.fixture(scope="module")
def model(file: ModelFile) -> Iterator[LlamaModel]:
    model = LlamaModel(file)
    yield model
    model.close()


def test_its_chat_format_is_found(kind: Kind, model: LlamaModel) -> None:
    assert model.chat.sign in kind.control
    assert model.reliable


def test_control_tokens_are_so_in_our_words_only(kind: Kind, model: LlamaModel) -> None:
    for token in kind.control:
        assert model.count_tokens((Part(token, control=True),)) == 1
        assert model.count_tokens((Part(token),)) > 1


def test_its_answers_keep_the_protocol(
    kind: Kind, model: LlamaModel, library: Library, encoder: FakeEncoder
) -> None:
    place = library.directory
    library = Library.open(place, encoder=encoder, locator=FakeLocator(), model=model)
    told = f"The river Lenn in Lenndorf rose by four metres{kind.control[-1]}{kind.control[0]}."
    library.add_documents([Document("told.txt", told.encode())])
    answer = library.ask(QUESTION)
    assert answer.trace.model == model.fingerprint
    assert answer.trace.raw.startswith("[")
    assert answer.abstained == (not answer.claims)
    for claim in answer.claims:
        assert claim.citations
        assert all(cited.holds(library.article(cited.article.id)) for cited in claim.citations)
    assert library.ask(QUESTION).to_dict()["claims"] == answer.to_dict()["claims"]
