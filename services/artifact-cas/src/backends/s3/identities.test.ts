import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterAll, expect, test } from '@jest/globals'

import { sha256 } from '../../digest.ts'
import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { startS3Server } from '../../testing/storage/s3-server.ts'
import { chunks, declared, read } from '../backend-contract.ts'
import { s3Provider } from './s3.ts'

const ENVIRONMENT = { ...process.env }
afterAll(() => {
  process.env = ENVIRONMENT
})

const ROLE = 'arn:aws:iam::123456789012:role/cas'

/** AWS STS, as far as it lends the keys that the S3 server knows. */
async function startSts() {
  const asked: URLSearchParams[] = []
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      const form = new URLSearchParams(body)
      asked.push(form)
      const action = form.get('Action') ?? ''
      const keys = '<AccessKeyId>S3RVER</AccessKeyId><SecretAccessKey>S3RVER</SecretAccessKey>'
      const end = `<Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>`
      const lent = `<Credentials>${keys}<SessionToken>session</SessionToken>${end}</Credentials>`
      res.end(
        `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">` +
          `<${action}Result>${lent}</${action}Result></${action}Response>`,
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

const content = Buffer.from('content')

test('a role is assumed for the organization by name, so that none gets into what belongs to another', async () => {
  await using sts = await startSts()
  await using server = await startS3Server()
  await using deps = await remoteDeps()
  process.env['AWS_ENDPOINT_URL_STS'] = sts.url
  const backend = await s3Provider(deps).open({
    organizationId: 'org-7',
    location: `${server.url}/one`,
    key: 'role',
    credentials: () => Promise.resolve({ ...server.credentials, roleARN: ROLE }),
  })
  await backend.put(declared(content), chunks(content))

  expect(sha256(await read(backend, sha256(content)))).toBe(sha256(content))
  expect(Object.fromEntries(sts.asked[0] ?? [])).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: ROLE,
    ExternalId: 'org-7',
    RoleSessionName: 'cas-org-7',
  })
})

test('the web identity of the store opens listed buckets, below the name of the organization', async () => {
  await using sts = await startSts()
  await using server = await startS3Server()
  const location = `${server.url}/one`
  await using deps = await remoteDeps({ ownIdentityLocations: [`AWS-S3:${location}`] })
  const token = join(deps.directory, 'token')
  await writeFile(token, 'the.token.of-the-pod')
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ROLE_ARN: ROLE,
    AWS_REGION: 'us-east-1',
  })
  const backend = await s3Provider(deps).open({
    organizationId: 'org-7',
    location,
    key: 'own',
    credentials: () => Promise.resolve({}),
  })
  await backend.put(declared(content), chunks(content))

  expect(Object.fromEntries(sts.asked[0] ?? [])).toMatchObject({
    Action: 'AssumeRoleWithWebIdentity',
    WebIdentityToken: 'the.token.of-the-pod',
  })
  const whole = await s3Provider(deps).open({
    organizationId: 'org-7',
    location: `${server.url}/one/org-7`,
    key: 'pair',
    credentials: () => Promise.resolve(server.credentials),
  })
  expect(await whole.stat(sha256(content))).toMatchObject({ size: content.byteLength })
})

test('buckets are also called by their host', async () => {
  await using server = await startS3Server()
  const hosts: string[] = []
  await using deps = await remoteDeps({
    allow: ['one.s3.localhost'],
    resolve: async (host) => {
      hosts.push(host)
      return [{ address: '127.0.0.1' }]
    },
  })
  const backend = await s3Provider(deps).open({
    organizationId: 'org-1',
    location: `http://s3.localhost:${server.port}/one`,
    key: 'virtual',
    credentials: () => Promise.resolve({ ...server.credentials, addressing: 'virtual' }),
  })
  await backend.put(declared(content), chunks(content))

  expect(sha256(await read(backend, sha256(content)))).toBe(sha256(content))
  expect(new Set(hosts)).toEqual(new Set(['one.s3.localhost']))
})
