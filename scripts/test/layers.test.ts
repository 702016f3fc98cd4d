import { expect, test } from '@jest/globals'

import { layerProblems, LAYERS } from './layers.ts'

test('a service that would import the sdk is told which table forbids it', () => {
  expect(layerProblems('@chainloop/artifact-cas', ['@chainloop/sdk', 'pino'])).toEqual([
    '@chainloop/artifact-cas may not depend on @chainloop/sdk (scripts/test/layers.ts)',
  ])
})

test('a package that nobody placed may depend on nothing of ours', () => {
  expect(layerProblems('@chainloop/new', ['@chainloop/kit'])).toHaveLength(1)
})

test('no service stands on the sdk, and the domain rules stand on nothing of ours', () => {
  const services = ['controlplane', 'artifact-cas', 'integrations', 'standalone']
  for (const service of services) {
    expect(LAYERS[`@chainloop/${service}`]).not.toContain('@chainloop/sdk')
  }
  expect(LAYERS['@chainloop/attestation']).toEqual([])
})
