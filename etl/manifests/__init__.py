"""Manifests for well-known sets of files, used when a directory has none of its own."""
