#!/usr/bin/env python3
"""Write the colour scales of the viewer's maps as C tables.

usage: make_colour_scales.py > viewer/session/maps/scale_table.c

A scale is a smooth curve through a few anchors in OKLab (Björn Ottosson, 2020) whose lightness grows
evenly from end to end, so that it reads the same in grey and to the colour-blind: the heat from
dark blue to light yellow, the balance from blue over exactly neutral grey to orange. Rounding to
8 bits may not stop that growth: of the colours next to the wanted one, the nearest that is lighter
than the colour before is taken.
"""
import itertools
import math

N = 256
# Lightness, chroma and hue in degrees.
HEAT = [(0.16, 0.085, 275), (0.36, 0.165, 300), (0.56, 0.185, 358), (0.76, 0.155, 57),
        (0.96, 0.085, 106)]
GREY = 0.5999  # the lightness of (128, 128, 128)
BALANCE_REACH = 0.3  # of the lightness to either side
# Chroma and hue, from the blue end to the grey, and from there to the orange end.
BALANCE_BLUE = [(0.14, 258), (0.13, 254), (0.075, 250), (0, 250)]
BALANCE_ORANGE = [(0, 62), (0.085, 62), (0.145, 62), (0.11, 80)]


def linear_from_oklab(lightness, a, b):
    l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)


def encode(value):
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def decode(value):
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour):
    return sum(w * decode(c / 255) for w, c in zip((0.2126, 0.7152, 0.0722), colour))


def wanted(lightness, a, b):
    """The colour as sRGB in 0 .. 255, less vivid where sRGB has none as vivid."""
    for vividness in range(1000, -1, -1):
        linear = linear_from_oklab(lightness, a * vividness / 1000, b * vividness / 1000)
        if min(linear) >= 0 and max(linear) <= 1:
            break
    return [255 * encode(min(max(c, 0), 1)) for c in linear]


def point(lightness, chroma, hue):
    return (lightness, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue)))


def curve(anchors, t):
    """A Catmull-Rom curve through points at even distances; straight on beyond its ends."""
    at = min(int(t * (len(anchors) - 1)), len(anchors) - 2)
    u = t * (len(anchors) - 1) - at
    p1, p2 = anchors[at], anchors[at + 1]
    p0 = anchors[at - 1] if at > 0 else [2 * x - y for x, y in zip(p1, p2)]
    p3 = anchors[at + 2] if at + 2 < len(anchors) else [2 * x - y for x, y in zip(p2, p1)]
    return [b + u / 2 * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)))
            for a, b, c, d in zip(p0, p1, p2, p3)]


def heat(i):
    return curve([point(*anchor) for anchor in HEAT], i / (N - 1))


def balance(i):
    t = (i - 128) / 127 if i > 128 else (i - 128) / 128
    anchors = BALANCE_BLUE if t < 0 else BALANCE_ORANGE
    n = len(anchors) - 1
    start = -1 if t < 0 else 0
    points = [point(GREY + BALANCE_REACH * (start + k / n), *anchor)
              for k, anchor in enumerate(anchors)]
    return curve(points, t - start)


def rounded(curve_at):
    colours, before = [], -1.0
    for i in range(N):
        want = wanted(*curve_at(i))
        near = [[int(c) + d for d in (-1, 0, 1, 2) if 0 <= int(c) + d <= 255] for c in want]
        choice = [c for c in itertools.product(*near) if luminance(c) > before]
        best = min(choice, key=lambda colour: sum((x - y) ** 2 for x, y in zip(colour, want)))
        before = luminance(best)
        colours.append(best)
    return colours


def table(name, colours):
    words = ["0x%02x%02x%02x" % colour for colour in colours]
    rows = [", ".join(words[i:i + 9]) for i in range(0, N, 9)]
    return "    [%s] = {\n        %s,\n    }," % (name, ",\n        ".join(rows))


def main():
    print("/* Written by scripts/make_colour_scales.py. */")
    print('#include "session/maps/scale.h"\n')
    print("/* clang-format off */")
    print("const uint32_t scale_colours[N_SCALES][SCALE_SIZE] = {")
    print(table("SCALE_GREY", [(i, i, i) for i in range(N)]))
    print(table("SCALE_HEAT", rounded(heat)))
    print(table("SCALE_BALANCE", rounded(balance)))
    print("};\n/* clang-format on */")


if __name__ == "__main__":
    main()
