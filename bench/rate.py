#!/usr/bin/env python3
"""Rate and distortion of `uqd` beside other codecs, on a folder of PNG images.

For every quality of a peer, `uqd decode --bytes` shows our file cut at exactly
the size of the peer's file. PSNR is taken over RGB from the mean squared error
of one image; the tables give the mean of the images' decibels, and of their
bytes. JPEG is progressive, optimised, 4:2:0.
"""
import argparse
import glob
import os
import tempfile

import numpy

import measured


class Picture:
    """One image, encoded once; the cuts of its file are decoded when asked for."""

    def __init__(self, uqd, path, folder):
        self.uqd, self.path = uqd, path
        self.pixels = measured.read_pixels(path)
        self.n_pixels = self.pixels.shape[0] * self.pixels.shape[1]
        self.file = os.path.join(folder, os.path.splitext(os.path.basename(path))[0] + ".uqd")
        self.decoded = os.path.join(folder, "decoded.ppm")
        uqd.encode(path, self.file)
        self.size = os.path.getsize(self.file)
        self.steps = uqd.info(self.file)["steps"]

    def psnr_at(self, *how_far):
        self.uqd.decode(self.file, self.decoded, *how_far)
        return measured.psnr(self.pixels, measured.read_pixels(self.decoded))


def mean(values):
    return float(numpy.mean(list(values)))


def print_steps(pictures):
    """Rate and PSNR of our steps, decoded and measured here."""
    print("\nsteps of uqd, mean over the images")
    print(f"{'step':<10} {'bytes':>10} {'bpp':>8} {'PSNR/dB':>8}")
    for index in range(min(len(picture.steps) for picture in pictures)):
        sizes = [picture.steps[index]["bytes"] for picture in pictures]
        rates = [8 * size / picture.n_pixels for size, picture in zip(sizes, pictures)]
        decibels = mean(picture.psnr_at("--step", str(index)) for picture in pictures)
        name = pictures[0].steps[index]["name"]
        print(f"{name:<10} {mean(sizes):>10.0f} {mean(rates):>8.3f} {decibels:>8.2f}", flush=True)


def print_peer(peer, pictures):
    """One row per quality of the peer: its PSNR and ours at the same bytes."""
    print(f"\n{peer.name}, and uqd cut at the size of its file")
    print(f"{'quality':<10} {'bytes':>10} {'bpp':>8} {peer.name + '/dB':>12} {'uqd/dB':>8} {'won':>8}")
    for quality, arguments in peer.settings.items():
        results = []
        for picture in pictures:
            size, pixels = peer.encode(picture.path, arguments)
            theirs = measured.psnr(picture.pixels, pixels)
            results.append((size, 8 * size / picture.n_pixels, theirs, picture.psnr_at("--bytes", str(size))))
        size, rate, theirs, ours = (mean(column) for column in zip(*results))
        won = f"{sum(row[3] > row[2] for row in results)}/{len(results)}"
        print(f"{quality:<10} {size:>10.0f} {rate:>8.3f} {theirs:>12.2f} {ours:>8.2f} {won:>8}", flush=True)


def print_lossless(peers, pictures):
    print("\nlossless")
    print(f"{'codec':<16} {'bytes':>10} {'bpp':>8} {'uqd wins':>9}")

    def print_row(name, sizes):
        rate = mean(8 * size / picture.n_pixels for size, picture in zip(sizes, pictures))
        won = sum(picture.size < size for size, picture in zip(sizes, pictures))
        wins = f"{won}/{len(pictures)}" if name != "uqd" else ""
        print(f"{name:<16} {mean(sizes):>10.0f} {rate:>8.3f} {wins:>9}", flush=True)

    print_row("uqd", [picture.size for picture in pictures])
    print_row("PNG as given", [os.path.getsize(picture.path) for picture in pictures])
    png = measured.PillowPeer("PNG optimised", "PNG", {}, {"optimize": True})
    for peer in [png] + [peer for peer in peers if peer.lossless is not None]:
        print_row(peer.name, [peer.encode(picture.path, peer.lossless)[0] for picture in pictures])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", help="folder of PNG images")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth image")
    parser.add_argument("--peers", default="jpeg", help="any of %s, with commas (%%(default)s)" % ",".join(measured.PEERS))
    parser.add_argument("--no-steps", action="store_true", help="leave out the table of our steps")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    paths = sorted(glob.glob(os.path.join(options.folder, "*.png")))[:: options.every]
    if not paths:
        parser.error(f"there is no PNG image in {options.folder}")
    chosen = [measured.PEERS[name] for name in options.peers.split(",") if name in measured.PEERS]
    for peer in chosen:
        if not peer.is_present():
            print(f"{peer.name} is left out: its programs are not installed")
    peers = [peer for peer in chosen if peer.is_present()]
    uqd = measured.Uqd(options)
    with tempfile.TemporaryDirectory() as folder:
        pictures = [Picture(uqd, path, folder) for path in paths]
        print(f"{len(pictures)} images; mean of bytes, of bits per pixel and of decibels over the images")
        for peer in peers:
            print_peer(peer, pictures)
        lossless = [measured.PEERS["webp"]] + [peer for peer in peers if peer is not measured.PEERS["webp"]]
        print_lossless([peer for peer in lossless if peer.is_present()], pictures)
        if not options.no_steps:
            print_steps(pictures)


if __name__ == "__main__":
    main()
