import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { parseAzureCredentials } from './azure/credentials.ts'
import { parseAzureLocation } from './azure/location.ts'
import { parseGcsCredentials } from './gcs/credentials.ts'
import { parseGcsLocation } from './gcs/location.ts'
import { parseOciCredentials } from './oci/credentials.ts'
import { parseOciLocation } from './oci/location.ts'
import { parseS3Credentials } from './s3/credentials.ts'
import { parseS3Location } from './s3/location.ts'

test('locations of S3 name a bucket, with a prefix and a server of their own or without', () => {
  const plain = { endpoint: undefined, bucket: 'evidence', prefix: '' }
  expect(parseS3Location('evidence')).toEqual(plain)
  expect(parseS3Location('evidence/a/b/')).toEqual({ ...plain, prefix: 'a/b/' })
  expect(parseS3Location('https://minio.example:9000/evidence')).toEqual({
    ...plain,
    endpoint: 'https://minio.example:9000',
  })
  expect(parseS3Location('other', 'evidence')).toEqual(plain)
})

test('locations of Azure name an account and a container, in the public cloud or another', () => {
  const none = parseAzureCredentials({})
  expect(parseAzureLocation('acme/evidence', none).url).toBe(
    'https://acme.blob.core.windows.net/evidence',
  )
  expect(parseAzureLocation('blob.core.chinacloudapi.cn/acme/evidence', none).url).toBe(
    'https://acme.blob.core.chinacloudapi.cn/evidence',
  )
  const stored = parseAzureCredentials({
    StorageAccountName: 'old',
    Container: 'box',
    Endpoint: '',
  })
  expect(parseAzureLocation('acme/evidence', stored).url).toBe(
    'https://old.blob.core.windows.net/box',
  )
})

test('locations of registries are repositories, without TLS only where that is said', () => {
  expect(parseOciLocation('ghcr.io/acme/evidence')).toEqual({
    host: 'ghcr.io',
    path: 'acme/evidence',
    insecure: undefined,
  })
  expect(parseOciLocation('http://registry.local:5000/a')).toMatchObject({ insecure: true })
  expect(parseOciLocation('https://registry.local/a')).toMatchObject({ insecure: false })
})

test('locations of Google Cloud Storage name a bucket', () => {
  expect(parseGcsLocation('evidence/a')).toEqual({
    endpoint: 'https://storage.googleapis.com',
    bucket: 'evidence',
    prefix: 'a/',
  })
})

const azure = (location: string) => parseAzureLocation(location, parseAzureCredentials({}))
test.each(
  [parseS3Location, parseGcsLocation, azure, parseOciLocation].flatMap((parse) =>
    [
      '',
      '/',
      '../x',
      'a b/c',
      'https://user:secret@host/bucket/c',
      'https://host/bucket/c?x=1',
      'https://host/bucket/../..#',
      'https://',
      'file:///etc/passwd',
      'bucket/a\nb',
      `b/${'x'.repeat(300)}`,
    ].map((location) => [parse, location] as const),
  ),
)('%p refuses %j', async (parse, location) => {
  await expect(() => parse(location)).toFailWith('invalid', 'location')
})

test('fields of credentials are known in any case, and what older versions stored is understood', () => {
  const stored = { AccessKeyID: 'id', SecretAccessKey: 'key', BucketName: '', Region: 'eu-west-1' }
  expect(parseS3Credentials(stored)).toEqual({
    accessKeyID: 'id',
    secretAccessKey: 'key',
    region: 'eu-west-1',
  })
  expect(parseOciCredentials({ Repo: 'r/x', Username: 'u', Password: 'p' })).toEqual({
    repo: 'r/x',
    username: 'u',
    password: 'p',
  })
})

test.each([undefined, null, 'secret-text', 7, [], { accessKeyID: { secret: 'secret-text' } }])(
  'credentials %j are refused or empty, and never repeated',
  (credentials) => {
    let said = ''
    try {
      parseS3Credentials(credentials)
    } catch (cause) {
      said = (cause as Error).message
    }
    expect(said).not.toContain('secret-text')
  },
)

test.each(['external_account', 'authorized_user', 'impersonated_service_account'])(
  'a Google key file of type %s is refused: it can name files and programs of this machine',
  async (type) => {
    await expect(() =>
      parseGcsCredentials({ type, client_email: 'a', private_key: 'b' }),
    ).toFailWith('invalid', 'type')
  },
)
