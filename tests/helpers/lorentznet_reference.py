"""LorentzNet in NumPy, in float64: one jet, one node, one edge after the other.

Written from the equations of Gong et al. (2022), with nothing shared with the package and nothing
clever. The step in x is the one of the authors' program, mean_j (x_i − x_j) φ_x(w_ij m_ij). Batch
normalisation sees all edges (or nodes) of all jets of a batch, and is computed sample by sample.

`python tests/helpers/lorentznet_reference.py` writes `data/lorentznet.npz` again.
"""

from pathlib import Path

import numpy as np

FIXTURE = Path(__file__).parents[1] / "data" / "lorentznet.npz"

BEAMS = np.array([[2**0.5, 0, 0, 1], [2**0.5, 0, 0, -1]], np.float32)
ETA = np.diag([1.0, -1.0, -1.0, -1.0])
#: A symmetric form of signature (+, -, -, -) and of norm 2, exact in float32.
TILTED = np.array([[4, 1, 0, 1], [1, -3, 2, 0], [0, 2, -4, 1], [1, 0, 1, -3]]) / 4

#: The four systems of the table: the form, and what an edge is told.
SYSTEMS = {
    "lorentznet": (ETA, "invariants"),
    "liegnn": (TILTED, "invariants"),
    "lorentznet-wo": (ETA, "components"),
    "egnn": (np.eye(4), "distance"),
}
HIDDEN, LAYERS, C = 8, 3, 5e-3
SIZES = (4, 1, 7, 2, 3)


def psi(z):
    return np.sign(z) * np.log(1 + abs(z))


def relu(z):
    return np.maximum(z, 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def linear(w, name, u):
    return w[f"{name}.W"] @ u + w.get(f"{name}.b", 0)


def normalise(w, name, samples, training, seen):
    """Batch normalisation of a list of vectors; what training has seen goes into `seen`."""
    mean, var = w[f"{name}.mean"], w[f"{name}.var"]
    if training:
        n = len(samples)
        batch_mean = sum(samples) / n
        batch_var = sum((z - batch_mean) ** 2 for z in samples) / n
        seen[f"{name}.mean"] = 0.9 * mean + 0.1 * batch_mean
        seen[f"{name}.var"] = 0.9 * var + 0.1 * batch_var * n / (n - 1)
        mean, var = batch_mean, batch_var
    return [
        w[f"{name}.gamma"] * (z - mean) / np.sqrt(var + 1e-5) + w[f"{name}.beta"] for z in samples
    ]


def input_scalars(p, J, is_beam):
    """ψ(mass), first for a constituent, second for a beam; what may be rounding is no mass."""
    square = p @ J @ p
    if abs(square) <= 1e-6 * (abs(p) @ abs(J) @ abs(p)):
        square = 0.0
    mass = np.sqrt(abs(square))
    return np.array([0.0, psi(mass)]) if is_beam else np.array([psi(mass), 0.0])


def log_odds(w, jets, J, sees, training=False, beams=True, c=C):
    """Return the log-odds of each jet, and the new running statistics (none in evaluation).

    Args:
        w: weights by name, as `weights` draws them.
        jets: a list of (n, 4), constituents (E, px, py, pz).
        J: the form, of norm 2.
        sees: "invariants", "components" or "distance".
        training: normalise with the statistics of this batch, and not with those in w.
        beams: add the two beam particles.
        c: weight of the step in x.
    """
    w = {name: value.astype(np.float64) for name, value in w.items()}
    extra = BEAMS if beams else BEAMS[:0]
    x = [list(np.concatenate([extra, jet]).astype(np.float64)) for jet in jets]
    s = [[input_scalars(p, J, i < len(extra)) for i, p in enumerate(jet)] for jet in x]
    h = [[linear(w, "embed", u) for u in jet] for jet in s]
    nodes = [(k, i) for k, jet in enumerate(x) for i in range(len(jet))]
    edges = [(k, i, j) for k, i in nodes for j in range(len(x[k])) if i != j]
    seen = {}
    for layer in range(sum(name.endswith(".phi_m.W") for name in w)):
        # m_ij = φ_e(h_i, h_j, ψ(‖x_i − x_j‖²), ψ(⟨x_i, x_j⟩)), times w_ij = φ_m(m_ij)
        z = []
        for k, i, j in edges:
            d = x[k][i] - x[k][j]
            told = [psi(d @ J @ d), psi(x[k][i] @ J @ x[k][j])][: 1 if sees == "distance" else 2]
            own, other = h[k][i], h[k][j]
            if sees == "components":
                own, other = np.concatenate([own, x[k][i]]), np.concatenate([other, x[k][j]])
            z.append(linear(w, f"{layer}.phi_e.1", np.concatenate([own, other, told])))
        z = normalise(w, f"{layer}.phi_e", z, training, seen)
        weighted = {}
        for edge, z_ij in zip(edges, z, strict=True):
            m_ij = relu(linear(w, f"{layer}.phi_e.2", relu(z_ij)))
            weighted[edge] = sigmoid(linear(w, f"{layer}.phi_m", m_ij)) * m_ij
        # h_i ← h_i + φ_h(h_i, Σ_j w_ij m_ij, s_i)
        u = []
        for k, i in nodes:
            total = sum(
                (weighted[k, i, j] for j in range(len(x[k])) if j != i), np.zeros(len(h[k][i]))
            )
            u.append(linear(w, f"{layer}.phi_h.1", np.concatenate([h[k][i], total, s[k][i]])))
        u = normalise(w, f"{layer}.phi_h", u, training, seen)
        step = dict(zip(nodes, (linear(w, f"{layer}.phi_h.2", relu(v)) for v in u), strict=True))
        h = [[h_i + step[k, i] for i, h_i in enumerate(jet)] for k, jet in enumerate(h)]
        # x_i ← x_i + c · mean_j (x_i − x_j) φ_x(w_ij m_ij)
        if f"{layer}.phi_x.1.W" in w:
            old, x = x, [list(jet) for jet in x]
            for k, i in nodes:
                moves = [np.zeros(4)] if len(x[k]) == 1 else []
                for j in range(len(x[k])):
                    if j != i:
                        y = relu(linear(w, f"{layer}.phi_x.1", weighted[k, i, j]))
                        moves.append((old[k][i] - old[k][j]) * linear(w, f"{layer}.phi_x.2", y))
                x[k][i] = old[k][i] + c * sum(moves) / len(moves)
    scores = [linear(w, "out.2", relu(linear(w, "out.1", sum(jet) / len(jet)))) for jet in h]
    return np.array([score[1] - score[0] for score in scores]), seen


def weights(rng, sees, hidden=HIDDEN, layers=LAYERS):
    """Draw all weights, float32: nothing is zero or one, so that nothing can be left out unseen."""
    w = {}

    def uniform(*shape, low=-1.0, high=1.0):
        return rng.uniform(low, high, shape).astype(np.float32)

    def draw(name, inputs, outputs, bias=True):
        w[f"{name}.W"] = uniform(outputs, inputs) * np.float32((3 / inputs) ** 0.5)
        if bias:
            w[f"{name}.b"] = 0.3 * uniform(outputs)

    def draw_norm(name):
        w[f"{name}.gamma"] = uniform(hidden, low=0.5, high=1.5)
        w[f"{name}.beta"] = 0.3 * uniform(hidden)
        w[f"{name}.mean"] = uniform(hidden)
        w[f"{name}.var"] = uniform(hidden, low=1.0, high=4.0)

    told, own = (1 if sees == "distance" else 2), hidden + (4 if sees == "components" else 0)
    draw("embed", 2, hidden)
    for k in range(layers):
        draw(f"{k}.phi_e.1", 2 * own + told, hidden, bias=False)
        draw_norm(f"{k}.phi_e")
        draw(f"{k}.phi_e.2", hidden, hidden)
        draw(f"{k}.phi_m", hidden, 1)
        if k < layers - 1:
            draw(f"{k}.phi_x.1", hidden, hidden)
            draw(f"{k}.phi_x.2", hidden, 1, bias=False)
            w[f"{k}.phi_x.2.W"] *= 100  # or the steps in x, of size c, would not be noticed
        draw(f"{k}.phi_h.1", 2 * hidden + 2, hidden)
        draw_norm(f"{k}.phi_h")
        draw(f"{k}.phi_h.2", hidden, hidden)
    draw("out.1", hidden, hidden)
    draw("out.2", hidden, 2)
    return w


def momenta(rng, n):
    """Return n constituents, (n, 4), of 1 to 10 GeV; the second has a mass, the others none."""
    p = rng.uniform(1, 10, (n, 1)) * unit(rng.uniform(-1, 1, (n, 3)) + np.array([1.0, 0.5, 0.0]))
    mass = np.where(np.arange(n) == 1, 2.0, 0.0)
    return np.column_stack([np.sqrt((p**2).sum(1) + mass**2), p]).astype(np.float32)


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def make():
    """Return the fixture: inputs, and the weights and outputs of each system."""
    rng = np.random.default_rng(0)
    jets = [momenta(rng, n) for n in SIZES]
    out = {"constituents": np.concatenate(jets), "counts": np.array(SIZES)}
    for system, (J, sees) in SYSTEMS.items():
        w = weights(rng, sees)
        out |= {f"{system}/{name}": value for name, value in w.items()}
        out[f"{system}/J"] = J
        for mode, training in [("eval", False), ("train", True)]:
            out[f"{system}/{mode}"], _ = log_odds(w, jets, J, sees, training)
    return out


if __name__ == "__main__":
    FIXTURE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FIXTURE, **make())
