"""Live answers: the runs of this process, those who follow them, and the tick that keeps both."""
