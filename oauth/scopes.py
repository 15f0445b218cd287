"""What a token or an API key may do: the names and how they are put to a person."""

READ = "read"
WRITE = "write"

SCOPES = {
    READ: "See your customers, review requests and their answers",
    WRITE: "Ask your customers for reviews and change or cancel requests",
}
DEFAULT_SCOPES = [READ, WRITE]
