"""A decoder of pictures of paper models, written from docs/format.md alone and slow: it shows that the document says enough.

    model = Model(bytes of the model file)
    picture = Picture(model, bytes of the picture file or of its beginning)
    picture.show(), picture.show("ancestral", key=seed), picture.show("flow", n_steps=1)
"""
import struct
import zlib

import numpy as np
import xxhash

from decoder_arithmetic import f4
from decoder_network import SIDE, Network
from decoder_parts import Cut, Reader, RangeDecoder, check
from decoder_tile import Tile

STEP_FIELDS = ("gamma_t", "gamma_s", "time", "inv_alpha", "noise", "from_z", "from_x", "scale", "delta", "flow_z", "flow_x")
DITHER, GREY, DISTORTION, RECORDS, TILE, SOLID, PAPER = (1 << bit for bit in range(7))
NEEDED, ALPHA = 0x80, 0x80


class Model:
    def __init__(self, data):
        check(data[:8] == b"\x8eUQM\r\n\x1a\n" and data[8:12] == b"\4\0\0\0", "no model file of version 4")
        size, self.identity = struct.unpack_from("<QQ", data, 16)
        of_class, self.width, self.n_blocks, self.n_groups, self.n_steps, n_tensors = struct.unpack_from("<6I", data, 32)
        check(size == len(data) and of_class == 2, "another size or class")
        rows = struct.iter_unpack("<11fI", data[112 : 112 + 48 * self.n_steps])
        self.steps = [{name: f4(value) for name, value in zip(STEP_FIELDS, row)} for row in rows]
        at = 112 + 48 * self.n_steps
        self.inv_alpha_0, self.snr_0 = np.frombuffer(data, "<f4", 2, at)
        directory = at + 8 + 16 * (self.n_steps + 1)
        end = directory + 64 * n_tensors
        check(self.identity == xxhash.xxh3_64_intdigest(data[32:end]), "another identity")
        self.tensors = dict(self.tensor(data, row) for row in struct.iter_unpack("<32s4IQQ", data[directory:end]))
        self.network = Network(self)

    @staticmethod
    def tensor(data, row):
        name, *shape, offset, digest = row
        values = np.frombuffer(data, "<f4", np.prod(shape), offset)
        check(xxhash.xxh3_64_intdigest(values.tobytes()) == digest, "another hash of a tensor")
        while shape[-1] == 1 and len(shape) > 1:
            shape.pop()
        return name.rstrip(b"\0").decode(), values.reshape(shape)


class Header:
    def __init__(self, data, model):
        reader = Reader(data)
        check(reader.bytes(4) == b"\x8dUQD" and reader.number(1) == 4, "no picture file of version 4")
        self.flags = reader.number(1)
        check(self.flags & PAPER and self.flags & DITHER and not self.flags & TILE, "flags")
        self.width, self.height = reader.varint(), reader.varint()
        check(reader.number(4) == model.identity & 0xFFFFFFFF, "another model")
        self.seed = reader.number(8)
        self.n_steps = reader.number(1)
        check(1 <= self.n_steps <= model.n_steps + 1, "steps")
        self.body_sizes = self.read_sizes(reader)
        self.records = self.read_records(reader) if self.flags & RECORDS else []
        crc = zlib.crc32(data[: reader.at]) & 0xFFFF
        check(reader.number(2) == crc, "CRC of the header")
        self.size = reader.at

    def read_sizes(self, reader):
        sizes = []
        for _ in range(1 if self.flags & SOLID else self.n_steps):
            sizes.append(reader.varint())
            if self.flags & DISTORTION:
                reader.number(2)
        return sizes

    def read_records(self, reader):
        """(type, body that it lies before, size) of each."""
        records = [(reader.number(1), reader.number(1), reader.varint()) for _ in range(reader.number(1))]
        places = [place for _, place, _ in records]
        check(records and places == sorted(places) and places[-1] <= len(self.body_sizes), "records")
        check(all(kind == ALPHA or not kind & NEEDED for kind, _, _ in records), "a record that is needed")
        return records

    def bytes_before(self, body):
        """Bytes of records between the body before and this one."""
        return sum(size for _, place, size in self.records if place == body)


class Picture:
    def __init__(self, model, data):
        self.header = Header(data, model)
        self.model, self.is_grey = model, bool(self.header.flags & GREY)
        self.n_across, n_down = -(-self.header.width // SIDE), -(-self.header.height // SIDE)
        self.tiles = [Tile(self, tile) for tile in range(self.n_across * n_down)]
        self.read_bodies(data[self.header.size :])

    def read_bodies(self, data):
        is_solid = self.header.flags & SOLID
        for step, size in enumerate(self.header.body_sizes):
            data = data[self.header.bytes_before(step) :]
            body, data = data[:size], data[size:]
            self.read_body(body, size, range(self.header.n_steps) if is_solid else [step], 2 if is_solid else 4)
            if len(body) < size:
                break

    def read_body(self, body, size, steps, crc_size):
        is_cut = len(body) < size
        if is_cut and len(body) <= crc_size:
            return
        if size > 0:
            check(size > crc_size, "a body no larger than its CRC")
            crc = int.from_bytes(body[:crc_size], "little")
            check(is_cut or crc == zlib.crc32(body[crc_size:]) & (256**crc_size - 1), "CRC of a body")
        reader = Reader(body[crc_size:])
        if len(self.tiles) == 1:
            self.read_chunk(self.tiles[0], steps, reader.rest(), is_cut)
            return
        for step in steps:
            for tile in self.tiles:
                self.read_tile(tile, step, reader, is_cut)
        check(not reader.rest(), "bytes behind the last chunk")

    def read_tile(self, tile, step, reader, is_cut):
        try:
            size = reader.varint()
        except Cut:
            check(is_cut, "a chunk over the end of the body")
            return
        chunk = reader.rest(size)
        check(is_cut or len(chunk) == size, "a chunk over the end of the body")
        if tile.n_done == step:
            self.read_chunk(tile, [step], chunk, len(chunk) < size)

    @staticmethod
    def read_chunk(tile, steps, chunk, is_cut):
        try:
            symbols = RangeDecoder(chunk, is_cut)
            for step in steps:
                tile.read_step(step, symbols)
        except Cut:
            return
        check(symbols.n_read >= len(chunk), "range coder: bytes are left")

    def show(self, mode="denoised", key=0, reduce=0, n_steps=32):
        """After so many steps: [height, width, 3] of u8; of a grey picture [height, width]."""
        planes = np.zeros((3, self.header.height, self.header.width), int)
        if mode != "denoised":
            n_steps = min(n_steps, *(tile.n_done for tile in self.tiles))
        for tile in self.tiles:
            planes[(slice(None), *tile.area)] = tile.shown(mode, key, min(n_steps, tile.n_done))
        if self.is_grey:
            planes = planes.sum(axis=0, keepdims=True)
        planes = self.reduced(planes, reduce)
        return planes[0] if self.is_grey else planes.transpose(1, 2, 0)

    def reduced(self, planes, n):
        """Means of squares; the plane of a grey picture has the sums of three colours."""
        side = 2**n
        rows, columns = (np.arange(0, size, side) for size in planes.shape[1:])
        sums, counts = (np.add.reduceat(np.add.reduceat(x, rows, axis=1), columns, axis=2)
                        for x in (planes, np.full_like(planes, 3 if self.is_grey else 1)))
        return ((sums + counts // 2) // counts).astype(np.uint8)
