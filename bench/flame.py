#!/usr/bin/env python3
"""Draws where a program spends its time: a flame graph (SVG) of the stacks that perf recorded.

    perf record -e cpu-clock -F 997 --call-graph dwarf -o perf.data uqd decode photo.uqd --threads 1 -o photo.ppm
    perf script -i perf.data | bench/flame.py -o flame.svg

A box is a function, as wide as the share of samples in it and in what it calls, which stands above it.
"""
import argparse
import re
import sys
from xml.sax.saxutils import escape

WIDTH, ROW, MARGIN = 1200, 18, 10
FRAME = re.compile(r"^\s+[0-9a-f]+ (.+?) \(")
CHARACTER = 6.6  # width of a letter, in pixels


class Node:
    def __init__(self):
        self.samples, self.calls = 0, {}


def clean(name):
    """Without the compiler's suffixes; parallel regions count for the function that they are of."""
    return re.sub(r"(\._omp_fn|\.constprop|\.isra|\.part|\.cold)(\.\d+)?|\+0x[0-9a-f]+$", "", name)


def read_stacks(lines):
    """Frames of every sample, outermost first."""
    frames = []
    for line in lines:
        frame = FRAME.match(line)
        if frame:
            frames.append(clean(frame.group(1)))
        elif not line.strip() and frames:
            yield frames[::-1]
            frames = []
    if frames:
        yield frames[::-1]


def tree_of(stacks, roots):
    """Stacks below the first frame whose name is one of the roots; what has none is left out."""
    tree = Node()
    for stack in stacks:
        begin = next((i for i, name in enumerate(stack) if name in roots), None)
        if begin is None:
            continue
        node = tree
        node.samples += 1
        before = None
        for name in stack[begin:]:
            if name == before:  # a parallel region in its own function
                continue
            before = name
            node = node.calls.setdefault(name, Node())
            node.samples += 1
    return tree


def depth_of(node, least):
    return max((1 + depth_of(n, least) for n in node.calls.values() if n.samples >= least), default=0)


def colour(name):
    h = sum(ord(c) * (i + 1) for i, c in enumerate(name))
    return f"hsl({20 + h % 35},{60 + h % 20}%,{62 + h % 12}%)"


def draw(node, left, level, scale, height, least, out):
    for name, call in sorted(node.calls.items()):
        width = call.samples * scale
        if call.samples >= least:
            top = height - MARGIN - (level + 1) * ROW
            share = 100 * call.samples * scale / (WIDTH - 2 * MARGIN)
            letters = int((width - 6) / CHARACTER)
            label = name if len(name) <= letters else name[: max(letters - 1, 0)] + "…" if letters > 3 else ""
            out.append(
                f'<g><title>{escape(name)}: {share:.1f} %</title><rect x="{left:.1f}" y="{top}" width="{width:.1f}" '
                f'height="{ROW - 1}" fill="{colour(name)}"/><text x="{left + 3:.1f}" y="{top + 13}">{escape(label)}</text></g>'
            )
            draw(call, left, level + 1, scale, height, least, out)
        left += width


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--root", action="append", help="outermost function shown (uqd_decoder_advance, uqd_encode)")
    options = parser.parse_args()
    tree = tree_of(read_stacks(sys.stdin), set(options.root or ["uqd_decoder_advance", "uqd_encode"]))
    if tree.samples == 0:
        sys.exit("flame.py: no sample has a stack with such a function")
    least = tree.samples / 500
    height = 2 * MARGIN + ROW * depth_of(tree, least)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="11"><rect width="100%" height="100%" fill="#fff"/>'
    ]
    draw(tree, MARGIN, 0, (WIDTH - 2 * MARGIN) / tree.samples, height, least, out)
    with open(options.output, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n</svg>\n")
    print(f"{options.output}: {tree.samples} samples")


if __name__ == "__main__":
    main()
