#!/bin/sh
# Hands the database password, kept in a file, to the clients, which look for it in the environment.
set -eu
if [ -n "${PGPASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$PGPASSWORD_FILE")
  export PGPASSWORD
fi
exec "$@"
