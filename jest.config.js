const project = (name) => ({
  displayName: name,
  rootDir: new URL(name, import.meta.url).pathname,
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': new URL('config/strip-types.js', import.meta.url).pathname },
  testEnvironmentOptions: { customExportConditions: ['chainloop-source', 'node'] },
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
})

const folders = [
  'proto',
  'packages/attestation',
  'packages/rego',
  'packages/sdk',
  'packages/cli',
  'packages/kit',
  'services/controlplane',
  'services/artifact-cas',
  'services/integrations',
  'services/standalone',
  'test/e2e',
  'scripts',
]

export default {
  testTimeout: 30_000,
  projects: folders.map((name) =>
    name === 'test/e2e'
      ? {
          ...project(name),
          globalSetup: '<rootDir>/jest/setup.mjs',
          globalTeardown: '<rootDir>/jest/teardown.mjs',
        }
      : project(name),
  ),
}
