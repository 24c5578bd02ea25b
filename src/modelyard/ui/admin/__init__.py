"""The parts of Admin and of Account: people, keys, tenants, the record of deeds."""
