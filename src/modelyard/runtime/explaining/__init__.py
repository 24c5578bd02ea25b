"""Says which columns made an answer what it is: Shapley values through the finished package."""
