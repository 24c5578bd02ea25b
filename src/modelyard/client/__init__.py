"""The typed client of the platform's API, in two forms: one that waits, one for asyncio.

What is asked and how answers are read is described once, as a flow that does no input and output;
two thin transports carry flows out.
"""
