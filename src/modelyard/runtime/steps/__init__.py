"""The steps that a recipe can hold: one file is one step, each a pure function of a block.

A module defines `STEP`, a frozen dataclass with `kind`, `apply`, `to_params` and `from_params`.
A step that a released version wrote is read by every later one: parameters may be added with a
default, never renamed.
"""
