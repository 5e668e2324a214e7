#!/usr/bin/python3
"""Rate and distortion of uqd beside other codecs, on a folder of PNG images."""
import argparse
import functools
import glob
import multiprocessing
import os
import sys
import tempfile

import measured
import peers
import points
import quality
import tables


def measure(task, uqd, wanted, cache):
    """The points of one image with one codec; runs in a process of its own."""
    path, codec = task
    with tempfile.TemporaryDirectory() as folder:
        is_kept = cache.folder and codec in peers.PEERS  # then all of it, whatever a later run wants
        original = points.Original(path, folder, points.Wanted(wanted.measures) if is_kept else wanted)
        if codec == "uqd":
            found = list(points.measure_uqd(original, uqd))
            found.append(points.Point("original", "original", "", 0, 0, slices=original.slices, image=original.name))
            return found
        if codec == "png":
            return list(points.measure_png(original))
        return list(points.measure_peer(original, peers.PEERS[codec], cache))


def measure_all(tasks, jobs, work):
    """All points, in the order of the tasks."""
    found = []
    with multiprocessing.Pool(jobs) as pool:
        for done, result in enumerate(pool.imap(work, tasks), 1):
            found += result
            if sys.stderr.isatty():
                print(f"\r{done}/{len(tasks)} ", end="\n" if done == len(tasks) else "", file=sys.stderr, flush=True)
    return found


def choose_peers(names):
    """Those that are installed; what is missing is named."""
    print("peers:")
    chosen = []
    for name in names:
        peer = peers.PEERS[name]
        missing = peer.missing_programs()
        if missing:
            print(f"  {peer.name:<20} MISSING: {', '.join(missing)}; install the Debian package {peer.package}")
        else:
            chosen.append(name)
            print(f"  {peer.name:<20} {peer.package} {peers.version(peer.package)}".rstrip())
    return chosen


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of PNG images")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth image")
    parser.add_argument(
        "--peers", default=",".join(peers.PEERS), metavar="A,B", help="which of %(default)s, or none"
    )
    parser.add_argument("--above", type=float, default=38, metavar="DB", help="BD-rate also above this PSNR (%(default)s)")
    parser.add_argument(
        "--measures", default="psnr,luma_psnr,ms_ssim", metavar="A,B", help=f"of {','.join(quality.MEASURES)}, or all (if not given: %(default)s)"
    )
    parser.add_argument("--inside", type=int, default=0, metavar="N", help="also N cuts inside every step, for how a step sags")
    parser.add_argument("--no-modes", action="store_true", help="no ancestral, flow, universal dither, nor realism")
    parser.add_argument("--no-cuts", action="store_true", help="do not cut the peers' files")
    parser.add_argument("--density", type=int, default=2, metavar="N", help="cuts of our file per doubling of the rate (%(default)s)")
    parser.add_argument("--solid", action="store_true", help="our files without a table of the steps, for small images")
    parser.add_argument("--published", action="store_true", help="print the paper's rates on 64 x 64 images beside ours")
    parser.add_argument("--csv", metavar="FILE", help="write every point to a table")
    parser.add_argument("--plot", metavar="FILE", help="draw the mean curves, .svg or .png")
    parser.add_argument("--cache", metavar="FOLDER", help="keep the peers' points for later runs")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="images measured at a time (%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    options.paths = sorted(glob.glob(os.path.join(options.folder, "*.png")))[:: options.every]
    if not options.paths:
        parser.error(f"there is no PNG image in {options.folder}")
    options.peers = [name for name in options.peers.split(",") if name and name != "none"]
    unknown = set(options.peers) - set(peers.PEERS)
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    if options.order and not options.no_modes:
        parser.error("--order needs --no-modes: there is one order only with dither")
    options.measures = tuple(quality.MEASURES if options.measures == "all" else options.measures.split(","))
    if set(options.measures) - set(quality.MEASURES) or "psnr" not in options.measures:
        parser.error(f"measures are psnr and any of {', '.join(quality.MEASURES)}")
    for name in options.measures:
        if not quality.MEASURES[name].is_there():
            parser.error(f"{quality.MEASURES[name].program} is missing; install the Debian package libjxl-devtools")
    return options


def main():
    options = parse()
    codecs = ["uqd", "png"] + choose_peers(options.peers)
    if options.cache:
        os.makedirs(options.cache, exist_ok=True)
    wanted = points.Wanted(options.measures, not options.no_modes, not options.no_cuts, options.density, options.inside)
    uqd, cache = measured.Uqd(options, measured.call, 1), points.Cache(options.cache)
    work = functools.partial(measure, uqd=uqd, wanted=wanted, cache=cache)
    tasks = [(path, codec) for codec in codecs for path in options.paths]
    try:
        results = tables.Results(measure_all(tasks, options.jobs, work))
    except RuntimeError as error:
        raise SystemExit(f"rate.py: {error}") from None
    print(f"\n{len(results.images)} images; means over the images, of decibels as they are")
    tables.print_steps(results)
    for codec in ["uqd"] + results.codecs("curve"):
        tables.print_curve(results, codec)
    if results.codecs("curve"):
        tables.print_bd_rate(results, options.above)
        tables.print_bd_rates(results)
        tables.print_equal_bytes(results)
    if wanted.inside:
        tables.print_sag(results)
        tables.print_rises(results)
    tables.print_lossless(results)
    if wanted.cuts:
        tables.print_cuts(results)
    if wanted.modes:
        tables.print_realism(results)
    if options.published:
        tables.print_published(results)
    if options.csv:
        tables.write_csv(results, options.csv)
    if options.plot:
        import plot  # needs python3-matplotlib, which nothing else does

        plot.draw(results, options.plot)


if __name__ == "__main__":
    main()
