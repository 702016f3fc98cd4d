#!/usr/bin/env bash
# One attestation, from init to push. Settings come from the environment; see action.yml.
set -euo pipefail

state=(--local-state-path "$RUNNER_TEMP/chainloop-$GITHUB_RUN_ID-$RANDOM.json")
init=(--project "$PROJECT" --workflow "$WORKFLOW" --output json)
if [ -n "$PROJECT_VERSION" ]; then init+=(--version "$PROJECT_VERSION"); fi
if [ "$RELEASE" = true ]; then init+=(--release); fi
push=(--bundle "$BUNDLE" --output json)

# A member of the JSON that a command printed.
member() { node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8"))[process.argv[1]]' "$1"; }
output() { echo "$1=$2" >> "$GITHUB_OUTPUT"; }

started=$(chainloop attestation init "${init[@]}" "${state[@]}")
give_up() { chainloop attestation reset --trigger "$1" --reason "$2" "${state[@]}" || true; }
trap 'give_up failure "the job failed"' ERR
trap 'give_up cancellation "the job was cancelled"; exit 130' INT TERM
output run-id "$(member attestationID <<< "$started")"

while IFS= read -r line; do
  case $line in
    '') ;;
    *=*) chainloop attestation add --name "${line%%=*}" --value "${line#*=}" "${state[@]}" ;;
    *) chainloop attestation add --value "$line" "${state[@]}" ;;
  esac
done <<< "$MATERIALS"
while IFS= read -r line; do
  if [ -n "$line" ]; then push+=(--annotation "$line"); fi
done <<< "$ANNOTATIONS"

pushed=$(chainloop attestation push "${push[@]}" "${state[@]}")
output digest "$(member digest <<< "$pushed")"
