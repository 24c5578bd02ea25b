"""How every network is trained: one loop in plain torch, with what is kept and repeated of it."""
