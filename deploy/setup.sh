#!/bin/sh
# Makes .venv from a hash-pinned lock, or finds it made already. Usage: deploy/setup.sh runtime|dev
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
runtime) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*) echo "usage: deploy/setup.sh runtime|dev" >&2 && exit 2 ;;
esac

say() { printf '%s\n' "$*" >&2; }

# Only what says where packages come from is heard; what would change where or how they are installed is not.
for name in $(env | sed -n 's/^\(PIP_[A-Z0-9_]*\)=.*/\1/p'); do
  case $name in
  PIP_INDEX_URL | PIP_EXTRA_INDEX_URL | PIP_FIND_LINKS | PIP_NO_INDEX | PIP_TRUSTED_HOST | PIP_CERT | PIP_CLIENT_CERT | PIP_PROXY) ;;
  PIP_TIMEOUT | PIP_DEFAULT_TIMEOUT | PIP_RETRIES | PIP_CACHE_DIR | PIP_NO_CACHE_DIR | PIP_CONFIG_FILE | PIP_KEYRING_PROVIDER) ;;
  *) unset "$name" ;;
  esac
done
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP VIRTUAL_ENV
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

# What .venv was made from: a stamp that says the same means there is nothing to do.
made_from() { printf '%s %s\n' "$PWD" "$(cat "$1" pyproject.toml | cksum)"; }
whole() { [ -x .venv/bin/python ] && [ "$(cat ".venv/made-from-$1" 2>/dev/null)" = "$(made_from "$2")" ]; }

# The portal's pages are built from their sources, which change more often than a lock.
pages() { .venv/bin/python -m deploy.web || exit $?; }

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

fresh=
errors=$(mktemp)
turn=${TMPDIR:-/tmp}/yinuo-setup-$(id -u)-$(printf '%s' "$PWD" | cksum | tr -d ' ')
# What was being made goes. What was there before stays, marked as unfinished if something may have been half replaced.
trap 'say "Interrupted: nothing half-made is taken for whole."; exit 130' INT TERM HUP
trap 'rm -f "$errors"; if [ -n "$fresh" ]; then rm -rf .venv; fi; if [ "$(readlink "$turn")" = $$ ]; then rm -f "$turn"; fi' EXIT

if whole dev requirements-dev.lock || { [ "$1" = runtime ] && whole runtime requirements.lock; }; then
  pages
  exit 0
fi

# One at a time: `make demo` and `make test` may be started side by side.
waited=0
until ln -s $$ "$turn" 2>/dev/null; do
  other=$(readlink "$turn") || continue
  if ! kill -0 "$other" 2>/dev/null; then
    rm -f "$turn"
    continue
  fi
  if [ $waited -eq 0 ]; then say "Another set-up (process $other) is running here: waiting for it."; fi
  if [ $waited -ge 900 ]; then say "It is still running after 15 minutes: end it, then run the command again." && exit 7; fi
  sleep 1
  waited=$((waited + 1))
done

if [ -e .venv/unfinished ] || { [ -e .venv ] && ! usable .venv/bin/python; }; then
  say "The last set-up did not finish, or its Python is gone: .venv is made anew."
  rm -rf .venv
fi
if whole dev requirements-dev.lock || { [ "$1" = runtime ] && whole runtime requirements.lock; }; then
  pages
  exit 0
fi

find_python() {
  without_venv=
  for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    usable "$candidate" || continue
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
      python=$candidate
      return
    fi
    without_venv=${without_venv:-$candidate}
  done
  if [ -n "$without_venv" ]; then
    version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "$without_venv cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install python$version-venv)" \
      "and run the command again."
  else
    say "Yinuo needs Python 3.11 or newer, and ${PYTHON:-python3} is not: install it, or name one with PYTHON=/path/to/python3."
  fi
  exit 7
}

if [ -e .venv ] && ! .venv/bin/python -m pip --version >"$errors" 2>&1; then
  rm -rf .venv
fi
if [ ! -e .venv ]; then
  find_python
  fresh=yes
  mkdir .venv
  touch .venv/unfinished
  if ! "$python" -m venv .venv >"$errors" 2>&1; then
    say "The virtual environment could not be made: $(tail -n 1 "$errors")."
    exit 7
  fi
fi

rm -f .venv/made-from-*
touch .venv/unfinished
quiet=-q
if [ -t 2 ]; then quiet=; fi
say "Installing the packages of $lock (once, about a minute) …"
# Wheels only: nothing is compiled here, and no build fetches what the lock does not name.
if ! .venv/bin/python -m pip install $quiet --retries "${PIP_RETRIES:-2}" --require-hashes --only-binary :all: -r $lock >&2 2>"$errors" ||
  ! .venv/bin/python -m pip install -q --no-deps --no-build-isolation --no-index -e . >&2 2>"$errors"; then
  reason=$(sed -n 's/^ERROR: //p' "$errors" | tail -n 1)
  say "A package could not be installed (${reason:-$(tail -n 1 "$errors")}): check the network, the proxy and the package index," \
    "then run the command again; nothing half-made is left behind."
  if [ -z "$fresh" ]; then rm .venv/unfinished; fi # pip replaces nothing before it has everything
  exit 7
fi
made_from "$lock" >".venv/made-from-$1"
rm .venv/unfinished
fresh=
pages
