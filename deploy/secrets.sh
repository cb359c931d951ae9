#!/bin/sh
# Makes the secrets that docker-compose.yml hands to its containers; what is there already is never replaced.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
cd secrets
printf '*\n' >.gitignore

# The folder is the owner's alone. The files in it can be read by anyone who gets past that, since the containers they are
# mounted into run as users of their own.
make() {
  if [ ! -e "$1" ]; then
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' >"$1.new"
    chmod 444 "$1.new"
    mv "$1.new" "$1"
    echo "made deploy/secrets/$1" >&2
  fi
}

for service in intake projects supervision scoring; do
  make "${service}_superuser_password"
  make "${service}_owner_password"
  make "${service}_app_password"
  make "${service}_sealing_key"
  make "${service}_log_key"
  make "${service}_witness_key"
done
for secret in superuser_password owner_password app_password sealing_key client_secret; do
  make "portal_$secret"
done
make keycloak_admin
make grafana_admin

# Until the issuer's public keys are put here (a JWKS), every token is refused.
if [ ! -e token_keys.json ]; then
  printf '{"keys": []}\n' >token_keys.json
  chmod 644 token_keys.json
  echo "made deploy/secrets/token_keys.json, without a key: put your issuer's JWKS into it" >&2
fi
