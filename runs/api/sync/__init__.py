"""Report sync: clients that tell of a run while it happens, with steps, pictures, checkpoints and logs."""
