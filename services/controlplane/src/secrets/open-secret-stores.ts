import type { Config } from '../config.ts'
import type { SealingKeys } from '../keys/sealing-keys.ts'
import { databaseStore } from './database-store.ts'
import type { SecretStore } from './secret-store.ts'

type Settings = Pick<
  Config,
  | 'secretsBackend'
  | 'secretsPrefix'
  | 'vaultAddress'
  | 'vaultToken'
  | 'vaultMount'
  | 'vaultNamespace'
  | 'secretsAwsRegion'
  | 'secretsGcpProject'
  | 'secretsAzureVaultUrl'
>

type Open = (settings: Settings) => Promise<SecretStore>

/** Libraries are loaded only where they are used. */
const OUTSIDE: Readonly<Record<string, Open | undefined>> = {
  vault: openVault,
  aws: openAws,
  gcp: openGcp,
  azure: openAzure,
}

/** The configured one first; what is in the database is read in any case. Throws when it cannot be used. */
export async function openSecretStores(
  settings: Settings,
  keys: SealingKeys,
): Promise<readonly [SecretStore, ...SecretStore[]]> {
  const database = databaseStore(keys)
  const { secretsBackend: name } = settings
  if (name === database.id) return [database]
  const open = OUTSIDE[name]
  if (!open) {
    const known = [database.id, ...Object.keys(OUTSIDE)].join(', ')
    throw new Error(`SECRETS_BACKEND is one of ${known}, not ${name}`)
  }
  const store = await open(settings)
  await store.check()
  return [store, database]
}

async function openVault(settings: Settings): Promise<SecretStore> {
  const { vaultStore } = await import('./vault-store.ts')
  return vaultStore({
    address: needed('VAULT_ADDR', settings.vaultAddress),
    token: needed('VAULT_TOKEN', settings.vaultToken),
    mount: settings.vaultMount,
    namespace: settings.vaultNamespace,
    prefix: settings.secretsPrefix,
  })
}

async function openAws({ secretsAwsRegion, secretsPrefix }: Settings): Promise<SecretStore> {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
  const { awsStore } = await import('./aws-store.ts')
  const region = needed('SECRETS_AWS_REGION', secretsAwsRegion)
  return awsStore(new SecretsManagerClient({ region }), secretsPrefix)
}

async function openGcp({
  secretsGcpProject,
  secretsPrefix: prefix,
}: Settings): Promise<SecretStore> {
  const { GoogleAuth } = await import('google-auth-library')
  const { gcpStore } = await import('./gcp-store.ts')
  const project = needed('SECRETS_GCP_PROJECT', secretsGcpProject)
  const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] })
  const token = async (): Promise<string> => (await auth.getAccessToken()) ?? ''
  return gcpStore({ project, prefix, token })
}

async function openAzure(settings: Settings): Promise<SecretStore> {
  const { DefaultAzureCredential } = await import('@azure/identity')
  const { azureStore } = await import('./azure-store.ts')
  const vaultUrl = needed('SECRETS_AZURE_VAULT_URL', settings.secretsAzureVaultUrl)
  const credential = new DefaultAzureCredential()
  const token = async (): Promise<string> =>
    (await credential.getToken('https://vault.azure.net/.default')).token
  return azureStore({ vaultUrl, prefix: settings.secretsPrefix, token })
}

function needed(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`${name} is missing for this SECRETS_BACKEND`)
  return value
}
