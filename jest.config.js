const pathOf = (path) => new URL(path, import.meta.url).pathname

const project = (name) => ({
  displayName: name,
  rootDir: pathOf(name),
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': pathOf('config/strip-types.js') },
  testEnvironmentOptions: { customExportConditions: ['chainloop-source', 'node'] },
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
})

const folders = [
  'proto',
  'packages/attestation',
  'packages/keys',
  'packages/rego',
  'packages/policy',
  'packages/oci',
  'packages/sdk',
  'packages/cli',
  'packages/kit',
  'packages/plugin-sdk',
  'services/controlplane',
  'services/artifact-cas',
  'services/integrations',
  'services/standalone',
  'test/e2e',
  'scripts',
]

export default {
  // For what hangs, on whatever machine: how fast something is, the benchmarks say.
  testTimeout: 300_000,
  projects: folders.map((name) =>
    name === 'test/e2e'
      ? {
          ...project(name),
          globalSetup: pathOf('test/e2e/jest/setup.mjs'),
          globalTeardown: pathOf('test/e2e/jest/teardown.mjs'),
        }
      : project(name),
  ),
}
