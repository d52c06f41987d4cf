"""Where running answers are kept between two ticks."""
