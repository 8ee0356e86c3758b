"""Writes the reference numbers of KernelsTests: layers.json, losses.json, optimizers.json, training.json.

usage: python3 generate.py   (in this folder; needs PyTorch, which the tests do not)
Everything is computed in double precision from inputs that are exact in single precision.
"""
import json
import torch
import torch.nn.functional as F

torch.manual_seed(1)
D = torch.float64


def exact(*shape, scale=1.0):
    """Random numbers with few bits, so that they are short in JSON and exact in float32."""
    return (torch.randn(*shape, dtype=D) * scale * 256).round() / 256


def numbers(t):
    return [float(f"{v:.8g}") if abs(v) > 1e-30 else 0.0 for v in t.detach().reshape(-1).tolist()]


def write(name, value):
    with open(name, "w") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


def layer_case(name, layer, inputs, parameters, function, states=()):
    xs = [x.clone().requires_grad_() for x in inputs]
    ps = [p.clone().requires_grad_() for p in parameters]
    ss = [s.clone() for s in states]
    y = function(xs, ps, ss)
    dy = exact(*y.shape)
    y.backward(dy)
    four = lambda t: list(t.shape) + [1] * (4 - t.dim())
    return {
        "name": name, "layer": layer, "inputs": [four(x) for x in xs], "output": four(y),
        "x": [numbers(x) for x in xs], "parameters": [numbers(p) for p in ps], "states": [numbers(s) for s in states],
        "y": numbers(y), "dy": numbers(dy), "dx": [numbers(x.grad) for x in xs],
        "dparameters": [numbers(p.grad) for p in ps], "statesAfter": [numbers(s) for s in ss],
    }


def padded(x, edges, value=0.0):
    top, left, bottom, right = edges
    return F.pad(x, (left, right, top, bottom), value=value)


def conv(name, n, c, h, w, k, kernel, stride=(1, 1), edges=(0, 0, 0, 0), bias=True):
    layer = {"kind": "conv2d", "outputs": k, "kernel": kernel, "stride": stride, "padding": edges, "bias": bias}
    ps = [exact(k, c, *kernel, scale=0.5)] + ([exact(k)] if bias else [])
    return layer_case(name, layer, [exact(n, c, h, w)], ps,
                      lambda x, p, s: F.conv2d(padded(x[0], edges), p[0], p[1] if bias else None, stride))


def pool(name, kind, n, c, h, w, kernel, stride, edges=(0, 0, 0, 0)):
    layer = {"kind": kind, "kernel": kernel, "stride": stride, "padding": edges}
    if kind == "maxPool":
        f = lambda x, p, s: F.max_pool2d(padded(x[0], edges, float("-inf")), kernel, stride)
    else:
        f = lambda x, p, s: F.avg_pool2d(padded(x[0], edges), kernel, stride)
    return layer_case(name, layer, [exact(n, c, h, w)], [], f)


def batch_norm(name, shape, groups, updates, momentum=0.1, shift=0.0):
    c = shape[1]
    layer = {"kind": "batchNorm", "epsilon": 1e-5, "momentum": momentum, "groups": groups, "updates": updates}

    def f(x, p, s):
        parts = []
        for part, update in zip(torch.split(x[0], groups), updates):
            mean, var = (s[0], s[1]) if update else (s[0].clone(), s[1].clone())
            parts.append(F.batch_norm(part, mean, var, p[0], p[1], True, momentum, 1e-5))
        return torch.cat(parts)

    return layer_case(name, layer, [exact(*shape) + shift], [exact(c), exact(c)], f, [exact(c), exact(c).abs() + 0.5])


def batch_norm_inference(shape):
    c = shape[1]
    layer = {"kind": "batchNorm", "epsilon": 1e-5, "momentum": 0.1, "inference": True}
    return layer_case("batchNorm inference", layer, [exact(*shape)], [exact(c), exact(c)],
                      lambda x, p, s: F.batch_norm(x[0], s[0], s[1], p[0], p[1], False, 0.1, 1e-5),
                      [exact(c), exact(c).abs() + 0.5])


def linear(name, n, i, o, bias=True):
    ps = [exact(o, i)] + ([exact(o)] if bias else [])
    return layer_case(name, {"kind": "linear", "outputs": o, "bias": bias}, [exact(n, i)], ps,
                      lambda x, p, s: F.linear(x[0], p[0], p[1] if bias else None))


def elementwise(kind, f, **options):
    return layer_case(kind, {"kind": kind, **options}, [exact(3, 5, 3, 2, scale=2)], [], lambda x, p, s: f(x[0]))


layers = [
    linear("linear", 3, 7, 5), linear("linear without bias", 2, 9, 4, False),
    conv("conv 3x3 same", 2, 3, 6, 5, 4, (3, 3), edges=(1, 1, 1, 1)),
    conv("conv 5x5 same, wide rows", 2, 2, 7, 19, 5, (5, 5), edges=(2, 2, 2, 2)),
    conv("conv without bias", 1, 2, 5, 5, 3, (3, 3), bias=False),
    conv("conv even kernel, asymmetric padding", 2, 3, 5, 7, 2, (2, 4), edges=(0, 1, 1, 2)),
    conv("conv strides 2 and 3", 2, 2, 9, 8, 3, (3, 2), (2, 3), (1, 0, 0, 1)),
    conv("conv 1x1", 3, 5, 3, 4, 4, (1, 1)), conv("conv 1x1 stride 2", 2, 3, 5, 5, 2, (1, 1), (2, 2)),
    conv("conv padding wider than the kernel", 1, 2, 4, 3, 2, (2, 2), edges=(3, 2, 3, 2)),
    conv("conv of the whole image", 2, 2, 4, 5, 3, (4, 5)),
    conv("conv 3x3, 17 channels", 1, 17, 5, 9, 18, (3, 3), edges=(1, 1, 1, 1)),
    pool("maxPool 2x2", "maxPool", 2, 2, 4, 18, (2, 2), (2, 2)), pool("maxPool 2x2, odd", "maxPool", 2, 2, 5, 7, (2, 2), (2, 2)),
    pool("maxPool 3x2, overlapping", "maxPool", 2, 2, 6, 7, (3, 2), (2, 1), (1, 0, 1, 1)),
    pool("averagePool 2x2", "averagePool", 2, 2, 4, 6, (2, 2), (2, 2)),
    pool("averagePool 3x3, asymmetric padding", "averagePool", 2, 2, 5, 6, (3, 3), (2, 1), (1, 1, 0, 1)),
    layer_case("globalAveragePool", {"kind": "globalAveragePool"}, [exact(2, 3, 5, 7)], [],
               lambda x, p, s: x[0].mean((2, 3))),
    batch_norm("batchNorm", (4, 3, 3, 5), [4], [True]),
    batch_norm("batchNorm of features, large mean", (7, 3), [7], [True], shift=100.0),
    batch_norm("batchNorm in groups", (7, 2, 3, 3), [3, 2, 2], [True, False, True], momentum=0.3),
    batch_norm_inference((2, 3, 2, 3)),
    elementwise("relu", F.relu), elementwise("leakyRelu", lambda x: F.leaky_relu(x, 0.125), slope=0.125),
    elementwise("sigmoid", torch.sigmoid), elementwise("tanh", torch.tanh), elementwise("gelu", F.gelu),
    layer_case("flatten", {"kind": "flatten"}, [exact(2, 3, 2, 3)], [], lambda x, p, s: x[0].flatten(1)),
    layer_case("add", {"kind": "add"}, [exact(2, 3, 3, 3) for _ in range(3)], [], lambda x, p, s: x[0] + x[1] + x[2]),
    layer_case("concat", {"kind": "concat"}, [exact(2, c, 3, 2) for c in (1, 3, 2)], [], lambda x, p, s: torch.cat(x, 1)),
]
write("layers.json", layers)


def loss_case(loss, n, outputs, batch, classes, scale=1.0):
    x = exact(n, outputs, scale=scale).requires_grad_()
    labels = torch.randint(0, outputs, (n,))
    if loss == "softmaxCrossEntropy":
        targets, each = labels, F.cross_entropy(x, labels, reduction="none")
    elif classes:
        targets, each = labels, (x - F.one_hot(labels, outputs)).square().mean(1)
    else:
        targets = exact(n, outputs)
        each = (x - targets).square().mean(1)
    (each.sum() / batch).backward()
    return {"loss": loss, "samples": n, "outputs": outputs, "batch": batch, "logits": numbers(x),
            "targets": numbers(targets), "lossSum": float(each.detach().sum()),
            "correct": int((x.argmax(1) == labels).sum()) if classes else 0, "gradient": numbers(x.grad)}


write("losses.json", [
    loss_case("softmaxCrossEntropy", 5, 7, 5, True), loss_case("softmaxCrossEntropy", 3, 10, 8, True, 60.0),
    loss_case("meanSquaredError", 4, 3, 8, True), loss_case("meanSquaredError", 4, 3, 4, False),
    loss_case("meanSquaredError", 5, 1, 5, False),
])


def optimizer_case(kind, make, decay, **options):
    w = exact(11).requires_grad_()
    start = numbers(w)
    optimizer = make([w], decay)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
    gradients, rates, after = [], [], []
    for _ in range(6):
        rates.append(float(f"{schedule.get_last_lr()[0]:.8g}"))
        w.grad = exact(11)
        gradients.append(numbers(w.grad))
        optimizer.step()
        schedule.step()
        after.append(numbers(w))
    return {"kind": kind, **options, "weightDecay": decay, "rates": rates, "start": start, "gradients": gradients, "after": after}


O = torch.optim
write("optimizers.json", [
    case for decay in (0.0, 0.03125) for case in (
        optimizer_case("sgd", lambda p, d: O.SGD(p, 0.1, weight_decay=d), decay),
        optimizer_case("momentum", lambda p, d: O.SGD(p, 0.1, momentum=0.875, weight_decay=d), decay, momentum=0.875),
        optimizer_case("nesterov", lambda p, d: O.SGD(p, 0.1, momentum=0.875, nesterov=True, weight_decay=d), decay,
                       momentum=0.875),
        optimizer_case("adagrad", lambda p, d: O.Adagrad(p, 0.1, weight_decay=d), decay),
        optimizer_case("adam", lambda p, d: O.Adam(p, 0.1, weight_decay=d), decay),
    )
])


def training():
    """Ten steps of conv 3x3 - batch norm - ReLU - max pool - linear with momentum on one batch."""
    n, classes = 6, 3
    x, labels = exact(n, 2, 7, 6), torch.randint(0, classes, (n,))
    ps = [exact(4, 2, 3, 3, scale=0.25), exact(4, scale=0.25), torch.ones(4, dtype=D), torch.zeros(4, dtype=D),
          exact(classes, 4 * 3 * 3, scale=0.25), exact(classes, scale=0.25)]
    start = [numbers(p) for p in ps]
    mean, var = torch.zeros(4, dtype=D), torch.ones(4, dtype=D)
    for p in ps:
        p.requires_grad_()
    optimizer = O.SGD(ps, 0.05, momentum=0.9)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        y = F.conv2d(F.pad(x, (1, 1, 1, 1)), ps[0], ps[1])
        y = F.batch_norm(y, mean, var, ps[2], ps[3], True, 0.1, 1e-5)
        y = F.linear(F.max_pool2d(F.relu(y), 2).flatten(1), ps[4], ps[5])
        loss = F.cross_entropy(y, labels)
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    return {"x": numbers(x), "labels": numbers(labels), "parameters": start, "losses": losses,
            "runningMean": numbers(mean), "runningVariance": numbers(var), "after": [numbers(p) for p in ps]}


write("training.json", training())
