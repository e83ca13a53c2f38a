"""What sources, tests, build files and pages point at is in the repository, and is called by a name.

    references.py ROOT      of a tree, or of a file in it that a test made

Looked for: a page (NAME.md) that is not there; a quoted section or choice that its page does not have; a link or
anchor of a page that leads nowhere; a path in a page's code marks that does not exist; and codes such as A19, or
numbers behind a page's name, which mean something only beside a page that nobody has.
"""
import pathlib
import re
import sys

FOLDERS = (".ci", "app", "cmake", "core", "docs", "experiments", "resources", "tests", "widgets")
ENDINGS = {"", ".cpp", ".def", ".h", ".in", ".json", ".md", ".py", ".sh", ".sql", ".txt", ".cmake"}
PAGE = re.compile(r"(?<![\w./-])[\w./-]*[\w-]\.md\b")  # from where a name begins: long numbers are read once
SECTION = re.compile(r'(docs/\w+\.md), "([^"]+)"')
CODE = re.compile(r"(?<![\w/.#-])A[1-9]\d?\b(?!\s*[x×]|-\d)")
NUMBERED = re.compile(r"\.md,? \d")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:app|cmake|core|docs|experiments|resources|tests|widgets)/[\w./-]+)`")
TARGET = re.compile(r"--out \S+")  # a file that a command makes


def files(root):
    """The text files of a tree: those at its top and in its folders."""
    found = [path for path in root.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += [path for path in (root / folder).rglob("*") if path.is_file()]
    return [p for p in found if p.suffix in ENDINGS and "corpus" not in p.parts and p.name != "LICENSE"
            and p.stem != pathlib.Path(__file__).stem]


def joined(text):
    """Comments as running text: a sentence may be broken over lines."""
    return re.sub(r"\n[ \t]*(?:///<?|//|#)?[ \t]*", " ", text)


def anchors(page):
    """Of the headings of a page, as GitHub makes them."""
    names = set()
    for line in page.read_text().splitlines():
        if line.startswith("#"):
            title = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            names.add(title.replace(" ", "-"))
    return names


def names(page):
    """What may be cited of a page: its headings, and what is written **bold**."""
    text = page.read_text()
    found = re.findall(r"^#+ (.+)$", text, re.M) + re.findall(r"\*\*(.+?)\*\*", text)
    return {name.strip(" .:").lower() for name in found}


def problems(root, path):
    text = TARGET.sub("", joined(path.read_text(errors="replace")))
    for name in PAGE.findall(text):
        if not any((base / name).is_file() for base in (root, path.parent)):
            yield f"the page {name} is not in the repository"
    for page, name in SECTION.findall(text):
        if (root / page).is_file() and name.lower() not in names(root / page):
            yield f'{page} has no section or choice called "{name}"'
    for found in CODE.findall(text):
        yield f"{found}: say it in words, or name the section of a page"
    for found in NUMBERED.findall(text):
        yield f"a number behind a page's name ({found}): name the section"
    if path.suffix != ".md":
        return
    for link in LINK.findall(text):
        target, _, anchor = link.partition("#")
        if "://" in link:
            continue
        page = path.parent / target if target else path
        if not page.exists():
            yield f"the link to {link} leads nowhere"
        elif anchor and anchor not in anchors(page):
            yield f"{target or path.name} has no heading for #{anchor}"
    for name in PATH.findall(text):
        if "NAME" not in name and not (root / name).exists():
            yield f"{name} does not exist"


def main(root):
    looked, found = 0, 0
    for path in sorted(files(root)):
        looked += 1
        for problem in problems(root, path):
            found += 1
            print(f"{path.relative_to(root)}: {problem}")
    print(f"{looked} files looked at")
    return 1 if found or looked < 20 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
