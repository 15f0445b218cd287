"""The lists for people: the sentences, chips, orders and files of each."""
