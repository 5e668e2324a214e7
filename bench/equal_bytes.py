#!/usr/bin/python3
"""A contact sheet at equal bytes: a part of a photograph as our file, cut there, and other codecs show it."""
import argparse
import os
import tempfile

from PIL import Image, ImageDraw

import measured
import peers
import points

SETTINGS = {  # from the fewest bytes to the most: the largest file that fits is shown
    "jxl": [f"-d {distance / 10}" for distance in range(150, 4, -1)],
    "avif": [f"-a tune=psnr --min {q} --max {q}" for q in range(62, 2, -1)],
    "webp": [f"-q {q}" for q in range(101)],
    "jpeg": [f"-quality {q}" for q in range(2, 99)],
}


def shown_by_uqd(original, uqd, size):
    file, cut, out = (os.path.join(original.folder, name) for name in ("a.uqd", "cut.uqd", "out.ppm"))
    uqd.encode(original.bare + ".png", file)
    with open(file, "rb") as whole, open(cut, "wb") as part:
        part.write(whole.read(size))
    uqd.decode(cut, out)
    return Image.open(out).convert("RGB")


def shown_by_peer(original, name, size):
    """The picture of the largest file that fits, and its size."""
    peer, settings, best = peers.PEERS[name], SETTINGS[name], None
    low, high = 0, len(settings)
    while low < high:
        middle = (low + high) // 2
        data = peer.encode(original.bare, settings[middle], original.folder)
        if len(data) <= size:
            best, low = data, middle + 1
        else:
            high = middle
    if best is None:
        return None, 0
    return Image.fromarray(peer.decode(best, original.folder, original.pixels.shape)), len(best)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", help="a PNG image")
    parser.add_argument("--bytes", type=int, required=True, metavar="N", help="of our cut file; the others have so many at most")
    parser.add_argument("--crop", metavar="X,Y,W,H", help="only this part is shown")
    parser.add_argument("--peers", default="jxl,avif,webp,jpeg", metavar="A,B", help=f"of {','.join(SETTINGS)}")
    parser.add_argument("--columns", type=int, default=3, metavar="N", help="pictures side by side (%(default)s)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        original = points.Original(options.image, folder, points.Wanted(("psnr",), modes=False))
        uqd = measured.Uqd(options, measured.call, 1)
        shown = [("original", Image.fromarray(original.pixels)), (f"uqd, {options.bytes} bytes", shown_by_uqd(original, uqd, options.bytes))]
        for name in options.peers.split(","):
            picture, size = shown_by_peer(original, name, options.bytes)
            if not picture:
                print(f"{peers.PEERS[name].name} has no file so small, and is left out")
            elif size < 0.95 * options.bytes:
                print(f"{peers.PEERS[name].name}'s largest file that fits has {size} bytes")
            if picture:
                shown.append((f"{peers.PEERS[name].name}, {size} bytes", picture))
    if options.crop:
        x, y, w, h = (int(number) for number in options.crop.split(","))
        shown = [(title, picture.crop((x, y, x + w, y + h))) for title, picture in shown]
    width, height = shown[0][1].size
    sheet = Image.new("RGB", (options.columns * width, -(-len(shown) // options.columns) * (height + 16)), "white")
    for index, (title, picture) in enumerate(shown):
        place = index % options.columns * width, index // options.columns * (height + 16)
        ImageDraw.Draw(sheet).text((place[0] + 2, place[1] + 2), title, fill="black")
        sheet.paste(picture, (place[0], place[1] + 16))
    sheet.save(options.output, quality=92)


if __name__ == "__main__":
    main()
