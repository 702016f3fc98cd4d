#!/bin/sh
# Puts the verification summary of an image beside it, where policy-controller and Kyverno look. Usage: attach-vsa.sh IMAGE@sha256:…
set -eu
chainloop attestation vsa --digest "${1#*@}" --envelope vsa.dsse.json
cosign attach attestation --attestation vsa.dsse.json "$1"
