"""The graph forms of the recipe's steps: one file is one step, with a `FORM` in it.

A step without a file here cannot leave in a graph, and an export refuses it by name.
"""
