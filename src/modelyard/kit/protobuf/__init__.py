"""The protobuf wire format, as far as ONNX messages need it: written, and read back."""
