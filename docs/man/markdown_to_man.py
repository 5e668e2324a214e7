#!/usr/bin/env python3
"""Make a manual page of a document of docs/, in man(7) markup with tbl(1).

usage: markdown_to_man.py NAME MANUAL-SECTION DATE VERSION SUMMARY SEE-ALSO DOCUMENT [TITLE...]

The text before the first chapter becomes the description. With TITLEs, only
those chapters follow. Understands what the documents use: chapters (##, ###),
paragraphs, lists, tables, fenced blocks, code, emphasis and links.
"""
import re
import sys

WIDE = 24  # letters of a cell from which on its column takes part of what is left of the line
LINE = 72

# On a terminal one page for all, or tables have holes where groff thinks that pages end; and no
# wide blanks in the narrow columns of tables.
BEGIN = [".if n .pl 4000v", ".ad l"]

SPECIAL = {"\\": "\\e", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def escape(text):
    return "".join(SPECIAL.get(letter, letter) for letter in text)


def inline(text):
    """Code, emphasis and links of a piece of text."""
    parts = []
    for i, part in enumerate(text.split("`")):
        if i % 2 == 1:
            parts.append("\\fB" + escape(part).replace("-", "\\-") + "\\fR")
            continue
        part = re.sub(r"\[([^\]]+)\]\((https?://[^)]+)\)", r"\1 (\2)", part)
        part = escape(re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", part))
        part = re.sub(r"\*\*(\S.*?)\*\*", r"\\fB\1\\fR", part)
        parts.append(re.sub(r"(?<!\w)\*(\S(?:[^*]*\S)?)\*(?!\w)", r"\\fI\1\\fR", part))
    return "".join(parts)


def guarded(line):
    """A line that does not begin like a macro."""
    return "\\&" + line if line.startswith((".", "\\(aq")) else line


def fill(text):
    """Text in short lines."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > LINE:
            lines.append(guarded(line))
            line = word
        else:
            line = f"{line} {word}" if line else word
    return lines + [guarded(line)]


def fenced(lines):
    return [".PP", ".nf", ".RS 4", *[guarded(escape(line).replace("-", "\\-")) or "\\&" for line in lines], ".RE", ".fi"]


def cells_of(row):
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table(rows):
    rows = [cells_of(row) for row in rows]
    head, body = rows[0], rows[2:]
    count = len(head)
    body = [(row + [""] * count)[:count] for row in body]
    widths = [max(len(row[i]) for row in body + [head]) for i in range(count)]
    formats = ["lx" if width > WIDE else "l" for width in widths]
    out = [".PP", ".TS", "tab(\t);"]
    if any(head):
        out.append(" ".join(form.replace("l", "lB", 1) for form in formats))
        body = [head] + body
    out.append(" ".join(formats) + ".")
    for row in body:
        out.append("\t".join("T{\n" + "\n".join(fill(inline(cell))) + "\nT}" if cell and form == "lx"
                             else inline(cell) for cell, form in zip(row, formats)))
    return out + [".TE"]


def take(lines, start, condition):
    """The lines from start on that meet the condition."""
    end = start
    while end < len(lines) and condition(lines[end]):
        end += 1
    return lines[start:end], end


def is_text(line):
    return line.strip() and not line.startswith(("|", "```", "#", "- "))


def convert(lines):
    out, i = [], 0
    while i < len(lines):
        line = lines[i]
        if line.startswith("```"):
            block, end = take(lines, i + 1, lambda text: not text.startswith("```"))
            out += fenced(block)
            i = end + 1
        elif line.startswith("|"):
            block, i = take(lines, i, lambda text: text.startswith("|"))
            out += table(block)
        elif line.startswith("- "):
            block, i = take(lines, i + 1, is_text)
            out += [".IP \\(bu 2", *fill(inline(" ".join([line[2:], *block])))]
        elif line.startswith("#"):
            depth, title = line.split(" ", 1)
            out.append((".SS " if len(depth) > 2 else ".SH ") + (inline(title) if len(depth) > 2 else escape(title.upper())))
            i += 1
        elif line.strip():
            block, i = take(lines, i, is_text)
            out += [".PP", *fill(inline(" ".join(block)))]
        else:
            i += 1
    return out


def without_needless_paragraphs(out):
    """A title begins a paragraph of its own."""
    return [line for before, line in zip([""] + out, out) if line != ".PP" or not before.startswith((".SH", ".SS"))]


def chapters_of(text, titles):
    """The document without its name; only the chapters of these titles, if there are any."""
    begin, *chapters = re.split(r"^(?=## )", text.split("\n", 1)[1], flags=re.MULTILINE)
    by_title = {chapter.split("\n", 1)[0][3:].strip(): chapter for chapter in chapters}
    missing = [title for title in titles if title not in by_title]
    if missing:
        sys.exit(f"markdown_to_man.py: there are no such chapters: {', '.join(missing)}")
    return begin, [by_title[title] for title in titles] if titles else chapters


def anchor(title):
    """What a link to a title of the same document ends with."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def with_places(lines):
    """Links to titles of this page become the titles, as the page prints them, and where they are."""
    titles = [(i, re.fullmatch(r"(##+) (.+)", line)) for i, line in enumerate(lines)]
    places = {anchor(found[2]): (i, found[2].upper() if found[1] == "##" else found[2]) for i, found in titles if found}

    def place(here, link):
        text, target = link.groups()
        if target not in places:
            return text
        there, title = places[target]
        return f"**{title}** {'below' if there > here else 'above'}"

    return [re.sub(r"\[([^\]]+)\]\(#([^)]+)\)", lambda link: place(i, link), line) for i, line in enumerate(lines)]


def main():
    name, section, date, version, summary, see_also, path, *titles = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        begin, chapters = chapters_of(file.read(), titles)
    out = ["'\\\" t", f'.TH {name} {section} "{date}" "uqd {version}"', *BEGIN, ".SH NAME", f"{name} \\- {summary}"]
    out += [".SH DESCRIPTION", *convert(with_places("".join([begin, *chapters]).split("\n")))]
    out += [".SH SEE ALSO", *fill(inline(see_also))]
    sys.stdout.reconfigure(encoding="utf-8")
    print("\n".join(without_needless_paragraphs(out)))


if __name__ == "__main__":
    main()
