/**
 * Which of our packages each may depend on; the tests at the top may see everything. pnpm links only what a manifest
 * names, so what is not here cannot be imported. docs/architecture.md says why.
 */
export const LAYERS: Readonly<Record<string, readonly string[] | 'anything'>> = {
  '@chainloop/proto': [],
  '@chainloop/attestation': [],
  '@chainloop/keys': ['@chainloop/attestation'],
  '@chainloop/rego': [],
  '@chainloop/policy': ['@chainloop/attestation', '@chainloop/rego'],
  '@chainloop/oci': [],
  '@chainloop/kit': ['@chainloop/proto'],
  '@chainloop/plugin-sdk': [],
  '@chainloop/sdk': [
    '@chainloop/proto',
    '@chainloop/attestation',
    '@chainloop/keys',
    '@chainloop/oci',
    '@chainloop/policy',
    '@chainloop/rego',
  ],
  '@chainloop/cli': ['@chainloop/sdk', '@chainloop/attestation'],
  '@chainloop/controlplane': [
    '@chainloop/proto',
    '@chainloop/kit',
    '@chainloop/attestation',
    '@chainloop/keys',
    '@chainloop/policy',
  ],
  '@chainloop/artifact-cas': ['@chainloop/proto', '@chainloop/kit', '@chainloop/oci'],
  '@chainloop/integrations': [
    '@chainloop/proto',
    '@chainloop/kit',
    '@chainloop/oci',
    '@chainloop/plugin-sdk',
  ],
  '@chainloop/standalone': [
    '@chainloop/kit',
    '@chainloop/controlplane',
    '@chainloop/artifact-cas',
    '@chainloop/integrations',
  ],
  '@chainloop/e2e': 'anything',
  '@chainloop/bench': 'anything',
}

/** What a package depends on and may not; a package that the table does not name may depend on nothing. */
export function layerProblems(name: string, dependencies: readonly string[]): string[] {
  const allowed = LAYERS[name] ?? []
  if (allowed === 'anything') return []
  return dependencies
    .filter((dependency) => dependency.startsWith('@chainloop/') && !allowed.includes(dependency))
    .map((dependency) => `${name} may not depend on ${dependency} (scripts/test/layers.ts)`)
}
