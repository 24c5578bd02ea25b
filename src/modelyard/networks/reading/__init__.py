"""What networks make of texts and sequences, in their order, and of the columns beside them."""
