"""The OAuth server: codes, token pairs, and the rules that its library asks for."""
