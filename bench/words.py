"""What judging the words of a picture costs, in the processor's time: the house's own prompts, and the longest there may
be. Beside it how well harm is told from harmless words, by the half of the tests' corpus that no list was tuned on."""

import statistics
import time
from collections import Counter

from pexit_app.core.settings import ROOT
from pexit_app.features.packs import document
from pexit_app.features.packs.compose import compose
from pexit_app.features.safety.check import Said, check, hits
from tests.features.safety import corpus

LONGEST = 2_000  # characters of a prompt


def prompts() -> list[str]:
    folders = sorted(path.parent for path in ROOT.glob("packs/*/pack.yaml"))
    packs = [document.load_folder(folder, needs_pictures=False) for folder in folders]
    return [compose(pack, scene.id, {}).prompt for pack in packs for scene in pack.scenes]


def cost_ms(texts: list[str], rounds: int = 5) -> float:
    """The median over all texts, none of which was seen before."""
    taken = []
    for _ in range(rounds):
        for text in texts:
            hits.cache_clear()
            began = time.process_time()
            check([Said("prompt", "Prompt", text)], has_likeness=True)
            taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    own = [text for text in prompts() if text]
    cost_ms(own[:1], 1)  # reads the lists
    longest = [(f"{text}, " * 20)[:LONGEST] for text in own]
    for name, texts in (("prompts of the house", own), ("the longest", longest)):
        chars = sum(map(len, texts)) // len(texts)
        print(f"{name}: {cost_ms(texts):.2f} ms, {chars} characters on average")
    every, refused = Counter[str](), Counter[str]()
    for sample in [*corpus.harmful(), *corpus.benign()]:
        if sample.half == "held-out":
            every[sample.category or "harmless"] += 1
            refusal = check([Said("prompt", "Prompt", sample.text)], has_likeness=True)
            refused[sample.category or "harmless"] += refusal is not None
    for category, count in every.items():
        print(f"held out, {category}: {refused[category]} of {count} refused, {refused[category] / count:.1%}")


if __name__ == "__main__":
    main()
