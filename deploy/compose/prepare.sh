#!/bin/sh
# Makes the secrets that compose.yaml mounts; what is there already stays.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets

secret() {
  [ -e "secrets/$1" ] || printf %s "$2" >"secrets/$1"
  # Compose mounts files as they are, and the services run under another user: the folder is what protects them.
  chmod 644 "secrets/$1"
}

random() {
  head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

secret database-password "$(random)"
secret database-url "postgresql://chainloop:$(cat secrets/database-password)@postgres:5432/chainloop"
secret internal-token-artifact-cas "$(random)"
secret internal-token-integrations "$(random)"
