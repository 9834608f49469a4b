"""python keras_predict.py MODEL.keras IMAGE: what a Keras user writes to read one digit."""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from PIL import Image, ImageOps

model = keras.saving.load_model(sys.argv[1], compile=False)
picture = ImageOps.invert(Image.open(sys.argv[2]).convert("L")).resize((28, 28))
pixels = np.asarray(picture, np.float32)[np.newaxis, :, :, np.newaxis] / 255
probabilities = keras.ops.softmax(model(pixels, training=False)[0])
print(f"{int(np.argmax(probabilities))} ({float(np.max(probabilities)):.1%})")
