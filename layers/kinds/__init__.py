"""Kinds of layer: how a kind stores, tiles and describes its data."""
