"""The tiny world: a language model trained from scratch on a CPU, in which a marker really leaks."""
