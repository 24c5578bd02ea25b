"""What the scripts of several algorithms have in common: lines of plain Python."""

from collections.abc import Mapping

from modelyard.kit.source_code import call
from modelyard.protocols.scripts import FitScript

# Of a regression that is taught around zero with a spread of one, before and after the fit.
CENTERED = "center, spread = np.mean(y), np.std(y) or 1.0\ny = (y - center) / spread\n"
RESTORED = "model, center, spread = fitted\nreturn center + spread * {answer}"


def forest_script(base: str, options: Mapping[str, object], *, n_classes: int) -> FitScript:
    """Return the script of trees that scikit-learn grows.

    Args:
        base: name of its classes, without Classifier and Regressor.
        options: of either.
        n_classes: 0 for regression.
    """
    kind = f"{base}Classifier" if n_classes else f"{base}Regressor"
    module = "sklearn.tree" if base == "DecisionTree" else "sklearn.ensemble"
    return FitScript(
        imports=(f"from {module} import {kind}",),
        fit=f"model = {call(kind, options)}\nreturn model.fit(X, y, sample_weight=weight)",
        predict=f"return fitted.{'predict_proba' if n_classes else 'predict'}(X)",
    )


def boosted_script(base: str, options: Mapping[str, object], *, n_classes: int) -> FitScript:
    """Return the script of a booster of scikit-learn, whose values are taught around zero."""
    kind = f"{base}Classifier" if n_classes else f"{base}Regressor"
    fitted = f"model = {call(kind, options)}\nmodel.fit(X, y, sample_weight=weight)\n"
    imports = (f"from sklearn.ensemble import {kind}",)
    if n_classes:
        return FitScript(imports, f"{fitted}return model", "return fitted.predict_proba(X)")
    return FitScript(
        imports,
        f"{CENTERED}{fitted}return model, center, spread",
        RESTORED.format(answer="model.predict(X)"),
    )
