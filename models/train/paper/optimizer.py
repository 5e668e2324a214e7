"""Adam, but with orthogonalised momentum (Muon) for weights between hidden layers, which learn faster so.

A matrix moves in all its directions equally fast, its update scaled to the size that Adam's usually have.
"""
import torch

MOMENTUM = 0.95
BETAS = (0.9, 0.99)
EPSILON = 1e-8
USUAL = 0.2  # root mean square of Adam's updates, in learning rates
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # coefficients that bring singular values near 1 in five rounds
ROUNDS = 5
OUTER = ("conv_in", "conv_out", "embed")  # layers left to Adam


def orthogonalised(matrix):
    """The nearest matrix whose singular values are about 1."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + EPSILON)
    a, b, c = NEWTON_SCHULZ
    for _ in range(ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


def groups_of(network):
    """Parameter groups: hidden weights, all others."""
    hidden, others = [], []
    for name, weights in network.named_parameters():
        is_hidden = weights.ndim >= 2 and not name.startswith(OUTER)
        (hidden if is_hidden else others).append(weights)
    return [{"params": hidden, "hidden": True}, {"params": others, "hidden": False}]


class Optimizer(torch.optim.Optimizer):
    def __init__(self, network):
        super().__init__(groups_of(network), {"lr": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    state = self.state[weights]
                    update = self._hidden(state, weights.grad) if group["hidden"] else self._adam(state, weights.grad)
                    weights.add_(update, alpha=-group["lr"])

    @staticmethod
    def _hidden(state, gradient):
        if not state:
            state["mean"] = torch.zeros_like(gradient)
        mean = state["mean"].mul_(MOMENTUM).add_(gradient)
        ahead = (gradient + MOMENTUM * mean).flatten(1)
        return (USUAL * max(ahead.shape) ** 0.5 * orthogonalised(ahead)).view(gradient.shape)

    @staticmethod
    def _adam(state, gradient):
        if not state:
            state.update(steps=0, mean=torch.zeros_like(gradient), square=torch.zeros_like(gradient))
        state["steps"] += 1
        mean = state["mean"].lerp_(gradient, 1 - BETAS[0]) / (1 - BETAS[0] ** state["steps"])
        square = state["square"].lerp_(gradient * gradient, 1 - BETAS[1]) / (1 - BETAS[1] ** state["steps"])
        return mean / (square.sqrt() + EPSILON)
