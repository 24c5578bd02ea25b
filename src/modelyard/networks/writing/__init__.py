"""How a trained network answers and is written as a graph, in single precision or in 8 bits."""
