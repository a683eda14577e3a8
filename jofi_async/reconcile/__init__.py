"""What an account holds, against what is wanted: the complete listing."""
