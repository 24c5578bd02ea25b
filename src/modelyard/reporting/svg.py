"""Elements of SVG as text, everything in them escaped."""

from html import escape

from modelyard.kit.texts import visible


def element(name: str, *children: str, **attributes: object) -> str:
    """Return one element; `children` are markup already, attribute values are escaped.

    An attribute's underscores become hyphens, and a trailing one is dropped (`class_`). Floats are
    written with two decimals, which is finer than a screen.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{said}>{''.join(children)}</{name}>" if children else f"<{name}{said}/>"


def text(content: str, *, x: float, y: float, **attributes: object) -> str:
    """Return a line of text at a place; `content` may come from data."""
    return element("text", escape(visible(content)), x=x, y=y, **attributes)


def title(content: str) -> str:
    """Return what a pointer that rests on the parent element shows."""
    return element("title", escape(visible(content)))


def picture(*children: str, width: float, height: float, label: str, class_: str) -> str:
    """Return a whole drawing that fills the width that it is given."""
    return element(
        "svg",
        *children,
        class_=class_,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=label,
    )


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(visible(value), quote=True)
