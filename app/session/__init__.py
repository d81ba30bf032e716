"""What happens to tokens over time: the refresh rule, the session, the stores."""
