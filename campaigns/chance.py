"""Names, titles and figures that a seed decides: the same seed, county and subject always give the same."""

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

from campaigns.county import texts

T = TypeVar("T")
_RARE_EVERY = 23


class Chance:
    """One stream of seeded choices. Streams of different subjects do not disturb each other."""

    def __init__(self, seed: int, *subject: str) -> None:
        self._random = random.Random(f"{seed}/{'/'.join(subject)}")

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return self._random.choice(choices)

    def between(self, low: int, high: int) -> int:
        """Return a number from low to high, both included."""
        return self._random.randint(low, high)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        return self._random.sample(items, len(items))

    def names(self) -> Iterator[str]:
        """Return names without end; rare characters come up regularly, whatever the seed."""
        material = texts()
        rare = itertools.cycle(material["rare"])
        for number in itertools.count():
            yield self.pick(material["surnames"]) + (next(rare) if number % _RARE_EVERY == 0 else self.pick(material["given"]))

    def phone(self) -> str:
        """Return a number that nobody has: the prefix is not given out."""
        return f"1000{self.between(0, 9_999_999):07}"

    def filled(self, template: str, **values: str) -> str:
        """Return a text with its village and number chosen, and what is given filled in."""
        return template.format(**{"village": self.pick(texts()["villages"]), "n": self.between(2, 9), **values})
