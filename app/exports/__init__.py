"""Whole layers as files, row by row: memory does not grow with the layer."""
