"""Each test that docs/features.md names is a function of a test program; each feature that must be has one.

    features.py ROOT      of a tree, or of a file in it that a test made
"""
import pathlib
import re
import sys

NUMBERS = range(1, 54)
# Those without which the workbench is not what it claims to be.
MUST = {*range(1, 10), *range(11, 17), *range(19, 22), *range(23, 28), 29, 30, 32, *range(34, 39), 40, 41, 43, 44}
ROW = re.compile(r"^\| (\d+) \| (must|should|may) \| .* \| (.*) \|$", re.M)
TEST = re.compile(r"`(\w+)::(\w+)`")
SLOTS = re.compile(r"Q_SLOTS:(.*?)(?:^ (?:private|public|protected)(?: Q_SLOTS)?:|^\};)", re.S | re.M)


def functions(root):
    """The test functions of each test program: those among its private slots."""
    found = {}
    for path in (root / "tests").rglob("tst_*.cpp"):
        slots = " ".join(SLOTS.findall(path.read_text()))
        found[path.stem] = set(re.findall(r"^  void (\w+)\(\)", slots, re.M))
    return found


def problems(root):
    page = root.joinpath("docs/features.md").read_text()
    rows = {int(number): (need, cell) for number, need, cell in ROW.findall(page)}
    tests = functions(root)
    for number, (need, cell) in rows.items():
        named = TEST.findall(cell)
        for program, function in named:
            if function not in tests.get(program, ()):
                yield f"{number}: there is no test {program}::{function}"
        if need == "must" and not named:
            yield f"{number}: must be shown by a test"
        if (need == "must") != (number in MUST):
            yield f"{number}: says '{need}', and features.py does not"
    if sorted(rows) != list(NUMBERS):
        yield f"the numbers are not 1 to {NUMBERS[-1]}, each once"


def main(root):
    found = list(problems(root))
    print("\n".join(f"docs/features.md, {problem}" for problem in found) or "docs/features.md is as the tests are")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
