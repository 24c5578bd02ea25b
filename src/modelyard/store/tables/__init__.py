"""The tables that the records of a project live in, one module a noun; `schema` holds their types.

A change here needs a revision in `migrations/versions`; a test compares the two.
"""
