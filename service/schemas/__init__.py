"""What the API takes and gives, one module a subject; no response model is defined anywhere else."""
