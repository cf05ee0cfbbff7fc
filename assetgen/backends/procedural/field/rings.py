"""Growth rings and grooves that stay sharp without aliasing: profiles averaged over the width of a texel.

A ring or a joint can be narrower than a texel. Both have a profile with a closed-form integral, so the mean over a
texel is exact, and a small tile looks like a large one seen from further away.
"""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.steady import power


def texel_change(field: Tensor) -> Tensor:
    """Return by how much a field changes over one texel, (N, N); a jump between two pieces does not count.

    Of the steps to either side the smaller is taken: at the border of a piece one of them leads out of it.
    """
    changes = []
    for axis in (0, 1):
        forward = (torch.roll(field, -1, axis) - field).abs_()
        changes.append(torch.minimum(forward, torch.roll(forward, 1, axis)))
    return torch.hypot(*changes)


def growth_rings(radius: Tensor, *, hardness: float = 3.0, width: Tensor | None = None) -> Tensor:
    """Return how far into latewood a texel lies, 0 pale to 1 dark: a slow rise, then an abrupt end, (N, N).

    Args:
        radius: (N, N) distance from the pith in rings; the dark edge lies where it is a whole number.
        hardness: power of the rise; 1 a saw tooth, 6 thin dark lines.
        width: (N, N) rings per texel to average over; measured from the radius when left out.
    """
    span = (texel_change(radius) if width is None else width).clamp(min=1e-3)

    def integral(x: Tensor) -> Tensor:
        whole = torch.floor(x)
        return whole + power(x - whole, hardness + 1)

    # Far from zero the difference of two integrals loses digits: count from the ring that the texel is in.
    inside = radius - torch.floor(radius)
    return (
        (integral(inside + span * 0.5) - integral(inside - span * 0.5))
        .div_(span * (hardness + 1))
        .clamp_(0, 1)
    )


def groove(distance_m: Tensor, half_width_m: Tensor | float, soft_m: float) -> Tensor:
    """Return the share of a texel that lies in a groove, 0..1.

    Args:
        distance_m: (N, N) metres to the middle of the groove.
        half_width_m: half the width of the groove, (N, N) or one number.
        soft_m: width of the averaging window: at least a texel, more for a groove with worn lips.
    """
    half = torch.as_tensor(half_width_m, device=distance_m.device)
    reach = distance_m.abs()
    inside = torch.minimum(reach + soft_m * 0.5, half) - torch.maximum(reach - soft_m * 0.5, -half)
    return inside.mul_(1 / soft_m).clamp_(0, 1)
