"""What lays out t-SNE and UMAP; only the worker process imports it."""
