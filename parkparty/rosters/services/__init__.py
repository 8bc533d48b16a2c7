"""Writes of rosters: ``batches`` takes a batch from upload to applied, ``writing`` puts a plan into the tables."""
