"""Every picture that the program draws, in one style."""
