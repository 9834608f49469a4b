"""tinynet's networks as ONNX files, which runtimes of many languages and devices read."""
