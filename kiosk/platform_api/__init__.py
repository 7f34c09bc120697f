"""The payment platform over HTTP: wire models, the list of operations, and the client."""
