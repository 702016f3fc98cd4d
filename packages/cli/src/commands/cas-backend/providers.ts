import type { Options, Values } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'

/** How a kind of storage is named on the command line. */
export interface Provider {
  /** The word after `add`. */
  readonly word: string
  /** As the API calls it. */
  readonly id: string
  readonly summary: string
  /** Where it is; only for `add`. */
  readonly place: Options
  readonly secrets: Options
  readonly example: string
  location(values: Values<Options>): string
  credentials(values: Values<Options>): Promise<Readonly<Record<string, string>>>
}

function textOf(values: Values<Options>, name: string): string {
  const value: unknown = values[name]
  return typeof value === 'string' ? value : ''
}

/** The given ones of these values, under the names that the API knows. */
async function given(
  values: Values<Options>,
  names: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const all = Object.entries(names).map(([option, name]) => [name, textOf(values, option)] as const)
  return Object.fromEntries(all.filter(([, value]) => value !== ''))
}

const oci: Provider = {
  word: 'oci',
  id: 'OCI',
  summary: 'an OCI registry',
  place: {
    repo: { type: 'string', required: true, help: 'repository, without a scheme' },
  },
  secrets: {
    username: { type: 'string', short: 'u', help: 'of the registry' },
    password: {
      type: 'string',
      short: 'p',
      env: 'CHAINLOOP_REGISTRY_PASSWORD',
      help: 'of the registry',
    },
  },
  example: '--name registry --repo ghcr.io/acme/chainloop -u robot',
  location: (values) => textOf(values, 'repo'),
  credentials: (values) => given(values, { username: 'username', password: 'password' }),
}

const s3: Provider = {
  word: 'aws-s3',
  id: 'AWS-S3',
  summary: 'AWS S3, or storage that speaks its protocol',
  place: {
    bucket: { type: 'string', required: true, help: 'name of the bucket' },
    endpoint: { type: 'string', placeholder: 'url', help: 'where it is if not at AWS' },
  },
  secrets: {
    accessKeyId: { type: 'string', env: 'AWS_ACCESS_KEY_ID', help: 'key' },
    secretAccessKey: { type: 'string', env: 'AWS_SECRET_ACCESS_KEY', help: 'its secret' },
    roleArn: { type: 'string', placeholder: 'arn', help: 'a role that is assumed' },
    region: { type: 'string', help: 'default: us-east-1' },
  },
  example: '--name s3 --bucket acme-evidence --region eu-central-1 --default',
  location(values) {
    const endpoint = textOf(values, 'endpoint')
    const bucket = textOf(values, 'bucket')
    return endpoint === '' ? bucket : `${endpoint.replace(/\/+$/, '')}/${bucket}`
  },
  credentials: (values) =>
    given(values, {
      accessKeyId: 'accessKeyID',
      secretAccessKey: 'secretAccessKey',
      roleArn: 'roleARN',
      region: 'region',
    }),
}

const azure: Provider = {
  word: 'azure-blob',
  id: 'AzureBlob',
  summary: 'Azure Blob Storage',
  place: {
    storageAccount: { type: 'string', required: true, help: 'name of the account' },
    container: { type: 'string', default: 'chainloop', help: 'name of the container' },
    endpoint: { type: 'string', placeholder: 'host', help: 'of a sovereign cloud' },
  },
  secrets: {
    tenant: { type: 'string', env: 'AZURE_TENANT_ID', help: 'of the service principal' },
    clientId: { type: 'string', env: 'AZURE_CLIENT_ID', help: 'of the service principal' },
    clientSecret: { type: 'string', env: 'AZURE_CLIENT_SECRET', help: 'of the service principal' },
  },
  example: '--name azure --storage-account acme --tenant T --client-id C',
  location: (values) =>
    [textOf(values, 'endpoint'), textOf(values, 'storageAccount'), textOf(values, 'container')]
      .filter((part) => part !== '')
      .join('/'),
  credentials: (values) =>
    given(values, { tenant: 'tenantID', clientId: 'clientID', clientSecret: 'clientSecret' }),
}

const gcs: Provider = {
  word: 'gcs',
  id: 'GCS',
  summary: 'Google Cloud Storage',
  place: {
    bucket: { type: 'string', required: true, help: 'name of the bucket' },
    endpoint: { type: 'string', placeholder: 'url', help: 'where it is if not at Google' },
  },
  secrets: {
    serviceAccountFile: {
      type: 'string',
      placeholder: 'path',
      env: 'GOOGLE_APPLICATION_CREDENTIALS',
      help: 'JSON key of a service account',
    },
  },
  example: '--name google --bucket acme-evidence --service-account-file key.json',
  location(values) {
    const endpoint = textOf(values, 'endpoint')
    const bucket = textOf(values, 'bucket')
    return endpoint === '' ? bucket : `${endpoint.replace(/\/+$/, '')}/${bucket}`
  },
  async credentials(values) {
    const path = textOf(values, 'serviceAccountFile')
    if (path === '') return {}
    const { readFile } = await import('node:fs/promises')
    const key: unknown = parsed(path, await readFile(path, 'utf8'))
    if (typeof key !== 'object' || key === null) throw new UsageError(`${path} is no key`)
    const texts = Object.entries(key).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(texts) as Record<string, string>
  },
}

/** The content must not get into a message. */
function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${path} is no JSON`)
  }
}

const filesystem: Provider = {
  word: 'filesystem',
  id: 'FILESYSTEM',
  summary: "a folder of the artifact store's own disk",
  place: {
    folder: { type: 'string', required: true, help: "below the organization's own folder" },
  },
  secrets: {},
  example: '--name archive --folder archive',
  location: (values) => textOf(values, 'folder'),
  credentials: async () => ({}),
}

export const providers: readonly Provider[] = [oci, s3, azure, gcs, filesystem]
