"""Opens a finished package and predicts with it: numpy, onnxruntime and signature checks alone."""
