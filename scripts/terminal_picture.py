#!/usr/bin/env python3
"""Draws what `uqd-view --terminal=blocks --script` writes as a terminal would, for documentation.

usage: terminal_picture.py TEXT OUT.png
"""
import re
import sys

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT = 8, 16
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
LEVELS = (0, 95, 135, 175, 215, 255)
TOKEN = re.compile(r"\x1b\[([0-9;]*)m|(.)")


def palette(number):
    """The colour of a number from 16 on of xterm's palette of 256."""
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    number -= 16
    return LEVELS[number // 36], LEVELS[number // 6 % 6], LEVELS[number % 6]


def change(colours, parameters):
    """Foreground and background after an SGR sequence."""
    numbers = [int(number or 0) for number in parameters.split(";")]
    while numbers:
        first = numbers.pop(0)
        if first == 0:
            colours[:] = [(229, 229, 229), (0, 0, 0)]
        elif first in (38, 48) and numbers.pop(0) == 5:
            colours[first == 48] = palette(numbers.pop(0))
        elif first in (38, 48):
            colours[first == 48] = tuple(numbers[:3])
            del numbers[:3]


def cells(line, colours):
    for parameters, letter in TOKEN.findall(line):
        if letter:
            yield letter, *colours
        else:
            change(colours, parameters)


def main():
    lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
    colours = [(229, 229, 229), (0, 0, 0)]
    rows = [list(cells(line, colours)) for line in lines]
    size = max(map(len, rows)) * CELL_WIDTH, len(rows) * CELL_HEIGHT
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(FONT, 13)
    for y, row in enumerate(rows):
        for x, (letter, foreground, background) in enumerate(row):
            left, top = x * CELL_WIDTH, y * CELL_HEIGHT
            box = [left, top, left + CELL_WIDTH - 1, top + CELL_HEIGHT - 1]
            draw.rectangle(box, background)
            if letter == "▀":
                draw.rectangle([*box[:3], top + CELL_HEIGHT // 2 - 1], foreground)
            elif letter != " ":
                draw.text((left, top), letter, foreground, font)
    picture.save(sys.argv[2], optimize=True)


main()
