"""Builders of ONNX models as bytes, without the `onnx` package.

That package weighs 27 MB and a training needs a handful of messages of it, so the wire format is
written here; the tests read every graph back with `onnx` and check it.
"""
