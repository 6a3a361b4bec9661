"""The encoder, the locator and the language model that a library works with."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable

from rag import models
from rag.encode import Encoder, Recent
from rag.errors import EncoderMismatch
from rag.generate import LlamaModel, Model
from rag.llama import CONTEXT, WEIGHED
from rag.locate import Locator
from rag.models import ModelFile
from rag.reread import PROMPT
from rag.snapshot import Snapshot
from rag.store import Writer

_KEYS = {"name", "fingerprint", "dimension"}


class Engines:
    """Encoder, locator and model, each loaded when first needed, by whichever thread needs it.

    Args:
        encoder, model: one that is loaded, or a name for `rag.models`; the embedded one if None.
        locator: the embedded one if None.
        notice: gets a line to show the user before something slow.

    Attributes:
        recent: what the encoder made of the sentences of recent searches.
    """

    def __init__(
        self,
        encoder: Encoder | str | None,
        model: Model | str | None,
        locator: Locator | None,
        notice: Callable[[str], None],
    ) -> None:
        self._encoder = encoder
        self._model = model
        self._locator = locator
        self.recent = Recent()
        self._notice = notice
        self._encoder_lock = threading.Lock()
        self._locator_lock = threading.Lock()
        self._model_lock = threading.Lock()

    @property
    def encoder(self) -> Encoder:
        """The encoder in use."""
        with self._encoder_lock:
            if self._encoder is None or isinstance(self._encoder, str):
                self._encoder = models.encoder(self._encoder, self._notice)
            return self._encoder

    @property
    def locator(self) -> Locator:
        """The locator in use."""
        with self._locator_lock:
            if self._locator is None:
                self._locator = models.locator(self._notice)
            return self._locator

    @property
    def model(self) -> Model:
        """The language model in use."""
        with self._model_lock:
            if self._model is None or isinstance(self._model, str):
                file = models.model_file(self._model, self._notice)
                # What only reads again needs no more; the rest of the usual context is 65 MB.
                context = PROMPT + WEIGHED if file.adapter and not file.reliable else CONTEXT
                self._model = LlamaModel(file, context)
            return self._model

    @property
    def wording_model(self) -> Model | None:
        """The language model in use if answers may be in its words; else it needn't be loaded."""
        return self.model if self._told.reliable else None

    @property
    def answering_model(self) -> Model | None:
        """The language model in use if it has a part in answering; else it needn't be loaded."""
        return self.model if self._told.reliable or self._told.adapter else None

    @property
    def _told(self) -> Model | ModelFile:
        """What is known of the model in use without loading it."""
        if self._model is None or isinstance(self._model, str):
            return models.model_file(self._model, self._notice)
        return self._model

    def load_early(self) -> None:
        """Loads what answers a question beside what the caller does next.

        That is mostly waiting for the disk, so it costs the caller nothing. What goes wrong shows
        when they are used.
        """

        def load() -> None:
            with contextlib.suppress(Exception):
                _ = self.locator, self.answering_model

        threading.Thread(target=load).start()

    def check(self, snapshot: Snapshot) -> None:
        """Proves that a library was made with the encoder in use, or with none yet.

        Raises:
            EncoderMismatch: with another.
        """
        known = remembered_encoder(snapshot)
        if known and known["fingerprint"] != self.encoder.fingerprint:
            raise EncoderMismatch(
                f"made with the encoder {known['name']} ({known['fingerprint']}), while "
                f"{self.encoder.name} ({self.encoder.fingerprint}) is in use",
                where=str(snapshot.where.parent),
                remedy="name the former with --encoder, or move the library to the latter with "
                "`rag rebuild --encode`",
            )

    def remember(self, writer: Writer) -> None:
        """Makes the encoder in use that of a library."""
        memory = {
            "name": self.encoder.name,
            "fingerprint": self.encoder.fingerprint,
            "dimension": str(self.encoder.dimension),
        }
        writer.remember(encoder=json.dumps(memory))


def remembered_encoder(snapshot: Snapshot) -> dict[str, str] | None:
    """Name, fingerprint and dimension of the encoder that a library was made with.

    Raises:
        LibraryDamaged: its memory of that is damaged.
    """
    found = snapshot.remembered("encoder")
    if found is None:
        return None
    if not isinstance(found, dict) or not found.keys() >= _KEYS:
        raise snapshot.damaged("its memory of its encoder is damaged")
    return found
