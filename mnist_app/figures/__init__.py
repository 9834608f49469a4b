"""Every picture that the program draws, in one style: a module for each kind."""
