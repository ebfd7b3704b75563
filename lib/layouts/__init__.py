"""Laying out points by t-SNE and UMAP, and what a layout is worth: numbers only, no tables.

``fit`` runs in a process of its own, which holds little because nothing here imports pandas or whatever reads files.
"""
