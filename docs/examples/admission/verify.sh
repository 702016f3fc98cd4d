#!/bin/sh
# The same artifact, verified by tools of others. Usage: verify.sh FILE
set -eu
file="$1"
digest="$(sha256sum "$file" | cut -d' ' -f1)"

# Once, from a control plane that you trust; then keep them.
chainloop signing trusted-root --for provenance --with-log > provenance_root.json
chainloop signing vsa-key > vsa.pub

chainloop attestation provenance --digest "sha256:$digest" --bundle provenance.json
chainloop attestation vsa --digest "sha256:$digest" --bundle vsa.json --envelope vsa.dsse.json

for evidence in provenance.json=slsaprovenance1 vsa.json=https://slsa.dev/verification_summary/v1; do
  cosign verify-blob-attestation --bundle "${evidence%%=*}" --type "${evidence#*=}" \
    --trusted-root provenance_root.json --use-signed-timestamps \
    --certificate-identity "$CHAINLOOP_VERIFIER" --certificate-oidc-issuer-regexp '.*' "$file"
done

slsa-verifier verify-vsa --subject-digest "sha256:$digest" --attestation-path vsa.dsse.json \
  --verifier-id "$CHAINLOOP_VERIFIER" --resource-uri "$CHAINLOOP_RESOURCE" \
  --verified-level SLSA_BUILD_LEVEL_1 --public-key-path vsa.pub
