import { expect, test } from '@jest/globals'

import { readConfig } from './config.ts'
import { endpointsAt } from './endpoints.ts'
import { serviceEnvironment } from './service-environment.ts'

test('the services find each other, and what was given reaches them', () => {
  const given = { CHAINLOOP_EGRESS_ALLOW: '10.0.0.1', CONTROLPLANE_API_PORT: '0' }
  const config = readConfig(given)
  const endpoints = endpointsAt('127.0.0.1', { ...config.ports, controlPlaneApi: 4711 })

  const env = serviceEnvironment(given, config, endpoints)

  expect(env).toMatchObject({
    CHAINLOOP_EGRESS_ALLOW: '10.0.0.1',
    CONTROLPLANE_API_PORT: '4711',
    CONTROLPLANE_INTERNAL_URL: 'http://127.0.0.1:9100',
    CONTROLPLANE_JWKS_URL: 'http://127.0.0.1:8000/.well-known/jwks.json',
    CAS_EXTERNAL_URL: 'http://127.0.0.1:8001',
  })
})

test('internal tokens are new at every start and different from each other', () => {
  const env = (): Record<string, string | undefined> => {
    const config = readConfig({})
    return serviceEnvironment({}, config, endpointsAt('127.0.0.1', config.ports))
  }
  const tokens = [env(), env()].flatMap((each) => [
    each['CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS'],
    each['CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS'],
  ])

  expect(new Set(tokens).size).toBe(4)
})

test('listening everywhere does not make 0.0.0.0 an address to call', () => {
  expect(endpointsAt('0.0.0.0', readConfig({}).ports).casApi).toBe('http://127.0.0.1:9001')
  expect(endpointsAt('::1', readConfig({}).ports).casApi).toBe('http://[::1]:9001')
})
