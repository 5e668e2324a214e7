"""Files of torch.save, read without PyTorch's unpickler: nothing in them is run; tensors are read when asked for."""
import collections
import functools
import io
import pickle
import zipfile
from dataclasses import dataclass

import numpy as np
import torch

DTYPES = {
    "DoubleStorage": torch.float64, "FloatStorage": torch.float32, "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16, "LongStorage": torch.int64, "IntStorage": torch.int32,
    "ShortStorage": torch.int16, "CharStorage": torch.int8, "ByteStorage": torch.uint8, "BoolStorage": torch.bool,
}


class FileError(Exception):
    """Not a file of torch.save with tensors and numbers alone, or a damaged one."""


@dataclass
class Stored:
    """A tensor in a file."""

    read: object
    dtype: torch.dtype
    offset: int
    shape: tuple
    strides: tuple

    def tensor(self):
        try:
            values = torch.frombuffer(bytearray(self.read()), dtype=self.dtype)
            return values.as_strided(self.shape, self.strides, self.offset)
        except Exception as error:  # whatever damage can bring about
            raise FileError from error


def _tensor(storage, offset, shape, strides, *_):
    return Stored(*storage, offset, tuple(shape), tuple(strides))


def _parameter(stored, *_):
    return stored


def _number(dtype, data):
    return np.frombuffer(data, dtype)[0]


# What pickles of tensors and numbers name, and what stands here for it.
KNOWN = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch", "Size"): tuple,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "scalar"): _number,
    ("numpy._core.multiarray", "scalar"): _number,
    ("_codecs", "encode"): lambda text, encoding: text.encode("latin1"),
}
KNOWN.update({("torch", name): dtype for name, dtype in DTYPES.items()})


class _Unpickler(pickle.Unpickler):
    def __init__(self, archive, folder):
        super().__init__(io.BytesIO(archive.read(f"{folder}/data.pkl")))
        self.archive, self.folder = archive, folder

    def find_class(self, module, name):
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return KNOWN[module, name]

    def persistent_load(self, identity):
        _, dtype, key, _, _ = identity
        return functools.partial(self.archive.read, f"{self.folder}/data/{key}"), dtype


def load(file):
    """What torch.save wrote to the file, which stays in use; tensors as Stored."""
    try:
        archive = zipfile.ZipFile(file)
        folder = next(name[: -len("/data.pkl")] for name in archive.namelist() if name.endswith("/data.pkl"))
        return _Unpickler(archive, folder).load()
    except Exception as error:  # whatever damage can bring about
        raise FileError from error
