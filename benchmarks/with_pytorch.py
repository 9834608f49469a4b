"""What is measured of PyTorch, written as a PyTorch user would.

Of what was tried on the CPU, the fastest is kept: channels_last memory, the fused Adam,
evaluation in batches of 128 (in batches of 1,000, as fast for Keras, it takes twice as long).
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from benchmarks.settings import BATCH_SIZE, SEED, Size
from benchmarks.timing import StepClock, median_seconds
from mnist_app.data.dataset import load_mnist
from mnist_app.training.augmentation import ROTATION, SCALE, SHEAR, SHIFT
from tinynet.types import Array


def versions(size: Size) -> dict[str, str]:
    """Versions and threads."""
    return {"PyTorch": f"{torch.__version__}, {torch.get_num_threads()} threads"}


def training(size: Size, network: str, distorted: bool = False) -> dict[str, float]:
    """Seconds of a step with Adam."""
    mnist = load_mnist()
    order = np.random.default_rng(SEED).permutation(len(mnist.train_images))  # as tinynet.fit
    x = to_tensor(mnist.train_images[order])
    y = torch.from_numpy(mnist.train_labels[order].astype(np.int64))
    model = in_fast_memory(NETWORKS[network]())
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    clock = StepClock(size)
    total_loss, correct = 0.0, 0
    batches = zip(torch.split(x, BATCH_SIZE), torch.split(y, BATCH_SIZE), strict=True)
    for step, (batch, labels) in enumerate(batches, start=1):
        if distorted:
            batch = distort(batch)
        optimizer.zero_grad()
        logits = model(batch)
        loss = loss_function(logits, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(batch)
        correct += int((logits.argmax(1) == labels).sum())
        if clock.tick(step):
            break
    return {"step": clock.seconds()}


def distort(batch: torch.Tensor) -> torch.Tensor:
    """Turned, sheared, stretched and shifted, within the limits of mnist_app's augmentation."""
    count = len(batch)

    def within(limit: float) -> torch.Tensor:
        return torch.empty(count).uniform_(-limit, limit)

    angle, shear = within(math.radians(ROTATION)), within(SHEAR)
    width, height = 1 + within(SCALE), 1 + within(SCALE)
    cos, sin = angle.cos(), angle.sin()
    x = torch.stack([cos * width, shear - sin, within(SHIFT / 14)], dim=1)
    y = torch.stack([sin, cos * height, within(SHIFT / 14)], dim=1)
    grid = nn.functional.affine_grid(torch.stack([x, y], dim=1), list(batch.shape), False)
    return nn.functional.grid_sample(batch, grid, align_corners=False)


def evaluation(size: Size) -> dict[str, float]:
    """Seconds of evaluating the test set with `cnn`: loss and accuracy."""
    mnist = load_mnist()
    x = to_tensor(mnist.test_images[: size.images])
    y = torch.from_numpy(mnist.test_labels[: size.images].astype(np.int64))
    model = in_fast_memory(cnn()).eval()

    def evaluate() -> tuple[float, float]:
        with torch.inference_mode():
            logits = torch.cat([model(batch) for batch in torch.split(x, BATCH_SIZE)])
            loss = nn.functional.cross_entropy(logits, y)
            return loss.item(), float((logits.argmax(1) == y).float().mean())

    return {"evaluation": median_seconds(evaluate, size.evaluations)}


def one_image(size: Size) -> dict[str, float]:
    """Seconds of predicting one image with `cnn`."""
    x = to_tensor(load_mnist().test_images[:1])
    model = in_fast_memory(cnn()).eval()

    def predict() -> Array:
        with torch.inference_mode():
            outputs: Array = model(x).numpy()
        return outputs

    return {"call": median_seconds(predict, size.calls)}


def in_fast_memory(model: nn.Sequential) -> nn.Sequential:
    """The model with its kernels in channels_last memory."""
    converted: nn.Sequential = model.to(memory_format=torch.channels_last)
    return converted


def to_tensor(images: Array) -> torch.Tensor:
    """(N, 28, 28) uint8 -> (N, 1, 28, 28) float32 in 0..1"""
    return torch.from_numpy(np.divide(images, np.float32(255), dtype=np.float32)[:, np.newaxis])


def cnn() -> nn.Sequential:
    """The network `cnn`, of 121,930 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1600, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def mlp() -> nn.Sequential:
    """The network `mlp`, of 669,706 parameters."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Linear(512, 10),
    )


def cnn_large() -> nn.Sequential:
    """The network `cnn-large`, of 506,250 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 5),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.Conv2d(64, 128, 3),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Conv2d(128, 128, 3, padding="same"),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(2048, 128),
        nn.BatchNorm1d(128),
        nn.ReLU(),
        nn.Dropout(0.4),
        nn.Linear(128, 10),
    )


NETWORKS: dict[str, Callable[[], nn.Sequential]] = {"cnn": cnn, "cnn-large": cnn_large, "mlp": mlp}
