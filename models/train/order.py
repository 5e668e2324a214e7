"""Orders in which a stage codes a block: its channels group by group, its coefficients phase by phase."""
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from lattice import TOP_LEVEL, channel_levels, level_offsets
from transform import SUBBAND_NORMS, channel_table

LUMA_2 = ("luma 2 a", "luma 2 b")
LUMA_1 = ("luma 1 a", "luma 1 b", "luma 1 c", "luma 1 d")  # of HL and LH


def _set_of(colour, level, subband, dy, dx):
    """The set of channels that a channel belongs to: the groups of every order are the same sets."""
    if colour > 0:
        return ("Co 1", "Cg 1")[colour - 1] if level == 1 else "chroma 3 and 2"
    if level == 3:
        return "luma 3"
    if level == 2:
        return LUMA_2[(dy + dx) % 2]
    return "luma 1 HH" if subband == 2 else LUMA_1[(0, 3, 2, 1)[2 * (dy % 2) + dx % 2]]


@dataclass(frozen=True)
class Order:
    """Groups are coded in turn, each knowing what the earlier ones refined: all of it, or in a pass with phases
    what they refined in the first.

    Phases are about the error that a bit takes away, in units of the squared width of a cell at the stage's
    nominal level: a phase has the coefficients whose bits are expected to take away more than its entry of
    `gains`, the last all others. Units of the low-pass pyramid have no phases.
    """

    name: str
    sets: tuple  # of channels, one for each group
    gains: tuple
    always: tuple  # nominal levels from which stages of all files have phases; the others if a file wants them
    hidden: float  # the share of crops that are trained with phases, where a file may have them or not
    lags: tuple = ()  # (colour, wavelet level, levels): channels of full-size units that stages refine so much less

    @cached_property
    def groups(self):
        """[189] group of every channel in standard order."""
        return torch.tensor([self.sets.index(_set_of(*channel)) for channel in channel_table()])

    @cached_property
    def channels(self):
        """[189] standard index of every channel in coding order: by group, then by standard index."""
        return torch.sort(self.groups, stable=True).indices

    @cached_property
    def sizes(self):
        """How many channels each group has."""
        return torch.bincount(self.groups).tolist()

    @cached_property
    def first(self):
        """Where each group begins in the coding order, and the end."""
        return [sum(self.sizes[:g]) for g in range(len(self.sizes) + 1)]

    def offsets(self):
        """[189] levels by which channels of full-size units lie above the nominal one, in standard order."""
        lags = {(colour, level): lag for colour, level, lag in self.lags}
        return level_offsets() + torch.tensor([lags.get(channel[:2], 0) for channel in channel_table()])

    def channel_levels(self, nominal, coarse):
        """[189] lattice level of every channel (standard order) in a state of the given nominal level."""
        if coarse or nominal in (TOP_LEVEL, 0):
            return channel_levels(nominal)
        return (nominal + self.offsets()).clamp(min=0)

    def is_phased(self, stage_type):
        """Whether stages of the type can have phases; groups see nothing of those after the first."""
        return bool(self.gains) and not stage_type.coarse

    def phased(self, stage_type):
        """As in the model file: 0 never, 1 always, 2 if a file wants it."""
        return (1 if stage_type.level_from in self.always else 2) if self.is_phased(stage_type) else 0

    def hidden_share(self, stage_type):
        """Of crops of the stage type that are trained with phases."""
        return (0, 1, self.hidden)[self.phased(stage_type)]

    def phases(self):
        """By channel in standard order: from what probability on to leave 0 in a stage, in units of 2^-16, a
        coefficient around 0 belongs to each phase but the last [len(gains), 189]; and the phase of all others [189].

        Measured on held-out photographs, a bit takes away about 0.2 p^0.43 where the probability is p, and 0.058
        from a coefficient that is not around 0, times the square of the channel's norm on its level.
        """
        norms = torch.tensor([SUBBAND_NORMS[level][subband == 2] for _, level, subband, *_ in channel_table()])
        gain = (norms * 2.0 ** self.offsets()) ** 2
        edges = torch.tensor(self.gains)[:, None]
        probability = (edges / (0.2 * gain)) ** (1 / 0.43)
        return (probability * 65536).round().clamp(max=65535).int(), (0.058 * gain < edges).sum(0).int()


# Groups begin with the subbands whose next refinement lowers the error most, the finest.
PHASED = Order(
    "phased", ("luma 1 HH", *LUMA_1, "Co 1", "Cg 1", *LUMA_2, "luma 3", "chroma 3 and 2"), gains=(0.075, 0.055, 0.04),
    always=tuple(range(1, 13)), hidden=1,
)
# Groups begin with the subbands whose errors the eye sees best. In the stages from level 4 to 1 the eye and the error
# are both served better by phases; elsewhere a file has them or not.
COARSE_FIRST = Order(
    "coarse-first", ("luma 3", *LUMA_2, "chroma 3 and 2", *LUMA_1, "luma 1 HH", "Co 1", "Cg 1"),
    gains=(0.075, 0.055, 0.04), always=(4, 3, 2), hidden=0.35,
)
# The same with the levels that the eye asks for (docs/experiments.md): coarse luma a level finer, Co one coarser.
FOR_THE_EYE = replace(
    COARSE_FIRST, name="for-the-eye", lags=((0, 3, -1), (1, 1, 1), (1, 2, 1), (1, 3, 1)),
)
ORDERS = {order.name: order for order in (PHASED, COARSE_FIRST, FOR_THE_EYE)}
