"""Random expressions choose the sockets that ss chooses, over random sockets.

FILTER_SEED and FILTER_EXPRESSIONS in the environment set the seed and the number. The kernel
chooses some ports, so that the same seed asks much the same again, but not the very same.

The answer of the program is compared with two others: what follows from the answers of ss to each
leaf alone, which must be the same; and the answer of ss to the whole, which may differ at those
sockets where ss is known to do other than ss(8) says: see Stage.of_ss().
"""

import contextlib
import os
import random

import expressions
import live
from live import Skip, equal, test, true
from mixture import need_services
from ss_model import ask_program, ask_ss, cgroups, staged

SEED = int(os.environ.get("FILTER_SEED") or random.SystemRandom().randrange(1 << 32))
EXPRESSIONS = int(os.environ.get("FILTER_EXPRESSIONS") or 200)
EXPRESSIONS_OF_STAGE = 200  # asked well before anything in TIME-WAIT is gone
PROTOCOLS = ("t", "t", "t", "u", "u", "tu", "tu", "tuw", "w")
LETTERS = {"tcp": "t", "udp": "u", "raw": "w"}
KINDS = ("port", "port", "port", "address", "address", "address", "device", "mark", "cgroup",
         "autobound")  # fmt: skip
KINDS_OF = {
    "t": (*KINDS, "service"), "tu": (*KINDS, "service"),
    "u": KINDS,  # where ss looks up no service of TCP
    "w": ("port", "address"), "tuw": ("port", "address"),  # no more is known without raw_diag
}  # fmt: skip


class Question:
    """The same expression for both."""

    def __init__(self, stage, tree, letters):
        self.stage = stage
        self.tree = tree
        self.letters = letters
        self.state_words, self.states = stage.author.states()
        self.many_words = stage.random.randrange(2) == 0

    def words(self, for_ss):
        text = self.tree.spell(for_ss)
        if self.many_words:
            return self.state_words + text.split()
        return [*self.state_words, text] if for_ss else [" ".join([*self.state_words, text])]

    def asked(self):
        return {
            key for key, row in self.stage.rows.items()
            if LETTERS[row["proto"]] in self.letters and row["state"] in self.states
        }  # fmt: skip

    def is_telling(self):
        """By what the leaves say: it chooses some, and not all."""
        chosen = [min(self.stage.of_program(self.tree, key)) for key in self.asked()]
        return any(chosen) and not all(chosen)

    def ask(self):
        """(what the program chose, what is wrong with it)"""
        theirs = ask_ss(self.letters, self.words(for_ss=True))
        got = ask_program(self.letters, self.words(for_ss=False))
        asked = self.asked()
        wrong = {key: "is none of those asked" for key in (got | theirs) - asked}
        for key in asked:
            if (key in got) not in self.stage.of_program(self.tree, key):
                wrong[key] = "is not what the leaves say"
            elif (key in got) == (key in theirs):
                continue
            elif (key in theirs) != self.stage.of_ss(self.tree, key):
                wrong[key] = "differs from ss"
        return got, [
            f"{'here' if key in got else '-':5} {'ss' if key in theirs else '-':3} {key} {why}:"
            f" {self.stage.rows.get(key)}"
            for key, why in sorted(wrong.items())
        ]

    def ask_until_right(self):
        """A socket may have changed in between. Who refuses the question is wrong at once."""
        for _ in range(3):
            try:
                got, wrong = self.ask()
            except AssertionError as refusal:
                return set(), [str(refusal)]
            if not wrong:
                break
        return got, wrong

    def complaint(self, wrong):
        ours, theirs = self.words(for_ss=False), self.words(for_ss=True)
        lines = [f"list -{self.letters} {ours}", f"ss -{self.letters}anHOe {theirs}", *wrong[:8]]
        return "\n  ".join(lines)


def write_question(stage, write):
    """Rather one that tells something: three attempts."""
    questions = (Question(stage, *write(stage)) for _ in range(3))
    first = next(questions)
    return first if first.is_telling() else next(filter(Question.is_telling, questions), first)


def compare(count, write):
    """Asks `count` questions, each about write(stage)."""
    complaints, telling = [], 0
    for first in range(0, count, EXPRESSIONS_OF_STAGE):
        with staged(f"{SEED} {first}") as stage:
            for _ in range(first, min(first + EXPRESSIONS_OF_STAGE, count)):
                question = write_question(stage, write)
                got, wrong = question.ask_until_right()
                telling += bool(got) and got != question.asked()
                complaints += [question.complaint(wrong)] if wrong else []
    found = f"{len(complaints)} of {count} expressions, seed {SEED}"
    true(not complaints, "\n".join([found, *complaints[:10]]))
    true(telling >= count / 3, f"only {telling} of {count} choose something, but not all")


def write_any(stage):
    letters = stage.random.choice(PROTOCOLS)
    return stage.author.tree(KINDS_OF[letters]), letters


def write_with_family(stage):
    leaf = stage.random.choice(stage.author.pool["family"])
    rest = stage.author.tree(("port", "device", "mark", "autobound"), depth=2)
    both = stage.random.sample((leaf, rest), 2)
    return expressions.List("and", tuple(both), "and"), stage.random.choice(("t", "u", "tu"))


@test("without a filter there are the same sockets as in ss")
def _():
    print(f"# FILTER_SEED={SEED} FILTER_EXPRESSIONS={EXPRESSIONS}")
    with staged(f"{SEED} 0") as stage:
        equal(ask_ss("tuw", []), set(stage.rows), "sockets of ss and of the program")
        states = {row["state"] for row in stage.rows.values()}
        print(f"# {len(stage.rows)} sockets, {' '.join(sorted(states))}")


@test("random expressions choose what ss chooses")
def _():
    compare(EXPRESSIONS, write_any)


@test("a family in front of an address or a port narrows as in ss")
def _():
    compare((EXPRESSIONS + 3) // 4, write_with_family)


def same(letters, *filters):
    """Each filter chooses the same from the random sockets; the words go as they are."""
    with staged(f"{SEED} 0"):
        wrong = [
            f"{text}: {len(theirs)} in ss, {len(got)} here"
            for text in filters
            for theirs, got in [(ask_ss(letters, text.split()), answer(letters, text.split()))]
            if got != theirs
        ]
    equal(wrong, [], f"what chooses another set (seed {SEED})")


def answer(letters, words):
    """What was refused chose nothing, but ss chose something."""
    with contextlib.suppress(AssertionError):
        return ask_program(letters, words)
    return ()


@test("the examples of ss(8) choose what they choose in ss")
def _():
    need_services()
    same(
        "t",
        "state established ( dport = :ssh or sport = :ssh )",
        "state fin-wait-1 ( sport = :http or sport = :https ) dst 193.233.7/24",
        "state connected",
        "exclude listening exclude time-wait sport > :1024",
        "src 127/8",
        "dst [::1]",
    )


@test("an end may be given by :* alone")
def _():
    same("t", "src :*", "dst :*", "src 127.0.0.1:*", "src [::1]:*", "sport = :*", "sport != :*")


@test("a port may have a family in front")
def _():
    same("t", "sport = inet:22", "sport inet::22", "dport > inet6::1")


@test("a mapped address is not of the family inet")
def _():
    same("t", "src inet:*", "src inet:127.0.0.1", "dst inet:0/0", "src inet6:*", "dst inet6:[::1]")


@test("a control group may be given by its place in the file system")
def _():
    found = list(cgroups())
    if not found:
        raise Skip("no cgroup2 here")
    same("t", *(f"cgroup {sign} {mount}{path}" for mount, path in found for sign in ("=", "==")))


live.main()
