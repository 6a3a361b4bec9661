"""How a training goes: how much of it is done, at what rate it learns, and what it prints."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field

FALLING = 0.02  # weight of a step in the loss that is shown


@dataclass
class Running:
    """A training that ends after so many steps or minutes.

    Attributes:
        warm: steps in which the rate rises.
        loss: a falling mean of the steps'.
        questions, tokens: how many were learnt from.
    """

    minutes: float
    steps: float = math.inf
    warm: int = 100
    step: int = 0
    loss: float = 0.0
    questions: int = 0
    tokens: int = 0
    began: float = field(default_factory=time.perf_counter)

    @property
    def done(self) -> float:
        """From 0 to 1, or a little more."""
        passed = (time.perf_counter() - self.began) / 60 / self.minutes
        return max(self.step / self.steps, passed)

    @property
    def pace(self) -> float:
        """Of the rate: it rises at first, and falls to zero at the end."""
        return min(1.0, (self.step + 1) / self.warm) * max(0.0, 1 - self.done)

    def add(self, loss: float, questions: int, tokens: int) -> None:
        self.loss += (loss - self.loss) * (FALLING if self.step else 1)
        self.step += 1
        self.questions += questions
        self.tokens += tokens

    def line(self) -> str:
        seconds = time.perf_counter() - self.began
        shown = {"step": self.step, "loss": round(self.loss, 3), "done": round(self.done, 3)}
        speed = {"tokens_s": round(self.tokens / seconds), "seconds": round(seconds)}
        return json.dumps(shown | {"questions": self.questions} | speed)
