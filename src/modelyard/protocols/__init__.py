"""What a component must offer: a card that tells the facts, and one function that does the work.

A component is one module on a shelf of `modelyard.components` (or behind an entry point) that
defines `COMPONENT`, an object that fulfils the shelf's protocol.
"""
