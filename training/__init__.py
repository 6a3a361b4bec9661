"""How the shipped adapters are trained, from data to weights; see README.md."""
