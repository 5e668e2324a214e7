"""A tile of a picture of a paper model: its noise, steps and pixels, from docs/format.md."""
import numpy as np

from decoder_arithmetic import clamp, cos, exp, f4, log, number, random
from decoder_network import PIXELS, SIDE

VALUES = 3 * PIXELS
INVERSE = f4(2.0**-24)


class Cells:
    """Cells of the values of a tile in a step: arrays of u and slope, and a reach."""

    def __init__(self, u, slope, reach):
        self.u, self.slope, self.reach = u, slope, reach

    def cum(self, k, i=slice(None)):
        spread = 2**24 - 8 * (2 * self.reach + 1)
        edge = (k.astype(f4) - f4(0.5) - self.u[i]) * self.slope[i]
        tail = (f4(spread) / (f4(1) + exp(np.abs(edge)))).astype(int)
        inside = np.where(edge < 0, tail, spread - tail) + 8 * (k + self.reach)
        return np.where(k <= -self.reach, 0, np.where(k > self.reach, 2**24, inside))

    def at(self, places):
        """The cell of every value with cum(k) <= place < cum(k + 1)."""
        low, high = np.full(VALUES, -self.reach), np.full(VALUES, self.reach + 1)
        while (high - low).max() > 1:
            middle = (low + high) // 2
            is_above = self.cum(middle) <= places
            low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
        return low

    def read(self, symbols, i):
        candidates = np.arange(-self.reach, self.reach + 2)
        return candidates[symbols.read(self.cum(candidates, i))]


class Tile:
    """A tile of a picture: z before the first step and behind every step that is there, and the pixels behind the last."""

    def __init__(self, picture, tile):
        self.model, self.seed, self.is_grey = picture.model, picture.header.seed, picture.is_grey
        self.numbers = np.arange(VALUES, dtype=np.uint64) + np.uint64(VALUES * tile)
        y, x = tile // picture.n_across * SIDE, tile % picture.n_across * SIDE
        self.area = np.s_[y : min(y + SIDE, picture.header.height), x : min(x + SIDE, picture.header.width)]
        self.height, self.width = (part.stop - part.start for part in self.area)
        is_inside = np.zeros((3, SIDE, SIDE), bool)
        is_inside[:, : self.height, : self.width] = True
        self.inside = np.flatnonzero(is_inside)
        self.states, self.pixels = [self.first_noise()], None

    @property
    def n_done(self):
        return len(self.states) - 1 + (self.pixels is not None)

    def bits(self, key, use, step):
        return random(key, np.uint64(use << 60 | step << 52) | self.numbers) >> np.uint64(40)

    def dither(self, key, use, step):
        return self.bits(key, use, step).astype(f4) * INVERSE - f4(0.5)

    def first_noise(self):
        r = random(self.seed, self.numbers)
        a = ((r >> np.uint64(40)) + np.uint64(1)).astype(f4) * INVERSE
        b = (r & np.uint64(2**24 - 1)).astype(f4) * INVERSE
        return np.sqrt(f4(-2) * log(a)) * cos(number("0x1.921fb6p2") * b)

    def noise_and_factor(self, step, z):
        return [x.ravel() for x in self.model.network.outputs(z.reshape(3, SIDE, SIDE), self.model.steps[step]["time"])]

    def x_hat(self, step, z):
        fields = self.model.steps[step]
        return fields["inv_alpha"] * z - fields["noise"] * self.noise_and_factor(step, z)[0]

    def distribution(self, step, z, u):
        """Means and cells."""
        fields = self.model.steps[step]
        mean = fields["from_z"] * z + fields["from_x"] * clamp(self.x_hat(step, z), -1, 1)
        slope = fields["delta"] / (fields["scale"] * self.noise_and_factor(step, z)[1] * number("0x1.1a566cp-1"))
        reach = int(clamp(f4(2) * fields["from_x"] / fields["delta"], 0, 4093)) + 2
        return mean, Cells(u, clamp(slope, 2.0**-20, 2.0**20), reach)

    def read_step(self, step, symbols):
        if step == self.model.n_steps:
            self.read_pixels(symbols)
            return
        u = self.dither(self.seed, 1, step)
        mean, cells = self.distribution(step, self.states[step], u)
        k = cells.at(self.bits(self.seed, 2, step))
        for i in self.inside:
            k[i] = cells.read(symbols, i)
        self.states.append(mean + self.model.steps[step]["delta"] * (k.astype(f4) - u))

    def read_pixels(self, symbols):
        coded = self.inside[self.inside < PIXELS] if self.is_grey else self.inside
        pixels = np.zeros(VALUES, int)
        for i in coded:
            values, frequencies = self.pixel_frequencies(self.states[-1][i])
            pixels[i] = values[symbols.read(np.concatenate([[0], np.cumsum(frequencies)]))]
        if self.is_grey:
            pixels = np.tile(pixels[:PIXELS], 3)
        self.pixels = pixels

    def pixel_frequencies(self, z):
        """Values in the order of their symbols, and their frequencies."""
        centre = clamp((z * self.model.inv_alpha_0 + f4(1)) * f4(128) - f4(0.5), -512, 767)
        s = clamp(self.model.snr_0 * f4(2.0**-15), 2.0**-40, 2.0**40)
        c = np.round(clamp(centre, 0, 255))
        off = centre - c
        peak = f4(2**24 if s >= 1 else 2**18 - 1)
        v = np.arange(256).astype(f4) - c
        freq = (peak * exp(-s * (v * (v - f4(2) * off)))).astype(int) + 1
        order = near_first(freq, int(c))
        return order, freq[order]

    def drawn_step(self, step, z, key):
        u = self.dither(key, 4, step)
        mean, cells = self.distribution(step, z, u)
        k = cells.at(self.bits(key, 3, step)).astype(f4)
        return mean + self.model.steps[step]["delta"] * (k - u)

    def flow_step(self, step, z):
        fields = self.model.steps[step]
        return fields["flow_z"] * z + fields["flow_x"] * self.x_hat(step, z)

    def completed(self, mode, key, n_done):
        """z_0 if the steps behind n_done are missing."""
        z = self.states[n_done]
        for step in range(n_done, self.model.n_steps):
            z = self.flow_step(step, z) if mode == "flow" else self.drawn_step(step, z, key)
        return z

    def shown(self, mode, key, n_done):
        """[3, height, width]: the pixels, or what stands for them after n_done steps."""
        if n_done == 0:
            values = np.full((3, SIDE, SIDE), 128)
        elif n_done > self.model.n_steps:
            values = self.pixels
        elif mode == "denoised" and n_done < self.model.n_steps:
            values = self.to_pixels(clamp(self.x_hat(n_done, self.states[n_done]), -1, 1))
        else:
            values = self.to_pixels(self.completed(mode, key, n_done))
        return values.reshape(3, SIDE, SIDE)[:, : self.height, : self.width]

    def to_pixels(self, x):
        return np.round(clamp((x * self.model.inv_alpha_0 + f4(1)) * f4(128) - f4(0.5), 0, 255)).astype(int)


def near_first(freq, c):
    """All values, those near c first."""
    near = [c]
    for distance in range(1, 256):
        at_distance = [v for v in (c + distance, c - distance) if 0 <= v <= 255]
        near += at_distance
        if not any(freq[v] > 1 for v in at_distance):
            break
    freq[[v for v in range(256) if v not in near]] = 1
    return near + [v for v in range(256) if v not in near]
