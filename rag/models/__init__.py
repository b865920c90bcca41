"""The models that run on this machine: one embedding model and one cross-encoder, as ONNX files."""
