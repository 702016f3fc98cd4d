#!/usr/bin/env bash
# Lints and renders the Helm chart and checks its manifests against the Kubernetes API types. Needs a Go toolchain that can
# reach a module proxy; without one it says so and ends well. $HELM names a helm that is there already.
set -euo pipefail

helm_version=v3.22.0
# Built by `go install`, helm takes the chart for one of an old cluster unless told otherwise.
kubernetes_version=1.34.0

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
chart=$here/../../deploy/helm/chainloop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v go >/dev/null; then
  echo 'skipped: there is no Go toolchain to build helm and the check of the manifests with'
  exit 0
fi

helm=${HELM:-}
if [ -z "$helm" ]; then
  echo "building helm $helm_version"
  if ! GOBIN=$work go install "helm.sh/helm/v3/cmd/helm@$helm_version" >"$work/log" 2>&1; then
    tail -n 3 "$work/log"
    echo "skipped: helm $helm_version could not be built"
    exit 0
  fi
  helm=$work/helm
fi

if ! (cd "$here/manifests" && go build -o "$work/check" .) >"$work/log" 2>&1; then
  tail -n 3 "$work/log"
  echo 'skipped: the check of the manifests could not be built'
  exit 0
fi

render() {
  "$helm" template release "$chart" --namespace chainloop --kube-version "$kubernetes_version" "$@"
}

must_refuse() {
  local why=$1
  shift
  if render "$@" >"$work/out" 2>&1; then
    echo "not refused: $*"
    exit 1
  fi
  grep -qF -- "$why" "$work/out" || {
    echo "refused for another reason than \"$why\":"
    cat "$work/out"
    exit 1
  }
}

for values in "$chart"/ci/*.yaml; do
  echo "== $(basename "$values")"
  "$helm" lint "$chart" --strict --quiet --values "$values" --kube-version "$kubernetes_version"
  render --values "$values" >"$work/rendered.yaml"
  "$work/check" <"$work/rendered.yaml"
done

echo '== what must be refused'
minimal=(--values "$chart/ci/minimal.yaml")
must_refuse 'database.url or database.existingSecret is required'
must_refuse 'needs controlplane.signing.existingSecret' "${minimal[@]}" --set controlplane.replicas=2
must_refuse 'needs artifactCas.persistence.accessMode' "${minimal[@]}" --set artifactCas.replicas=2
must_refuse 'needs redis.url' "${minimal[@]}" --set controlplane.replicas=2,controlplane.signing.existingSecret=keys
must_refuse 'needs redis.url' "${minimal[@]}" --set artifactCas.replicas=2,artifactCas.persistence.accessMode=ReadWriteMany
must_refuse "additional properties 'replica' not allowed" "${minimal[@]}" --set controlplane.replica=2
must_refuse "does not match pattern" --set database.url=mysql://x

# A check that finds nothing wrong with broken manifests is none.
if sed 's/containerPort:/contanerPort:/' "$work/rendered.yaml" | "$work/check" >/dev/null; then
  echo 'the check of the manifests let an unknown field pass'
  exit 1
fi
echo 'the chart is in order'
