"""The Python door: train a model, load one, and use it.

>>> import modelyard
>>> rows = {"x": [1.0, 2.0, 3.0] * 40, "y": ["no", "no", "yes"] * 40}
>>> model = modelyard.train(rows, target="y", algorithm="logistic-regression", accept=["leakage"])
... # doctest: +SKIP
>>> model.predict([{"x": 3.0}])  # doctest: +SKIP
['yes']
"""
