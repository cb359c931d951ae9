"""One command over HTTP, from the request to the durable answer."""
