"""What DevCloud is measured by: each figure beside its limit, in one run. See README.md."""
