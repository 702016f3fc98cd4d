import {
  bytes,
  duration,
  type Environment,
  flag,
  integer,
  list,
  port,
  secret,
  type Settings,
  settings,
  text,
  url,
} from '@chainloop/kit/config'

export const shape = {
  databaseUrl: secret('DATABASE_URL', {
    help: 'PostgreSQL 15 or newer; without it PGlite in the data directory',
  }),
  databasePoolSize: integer('DATABASE_POOL_SIZE', {
    default: 10,
    min: 1,
    help: 'connections of one replica',
  }),
  deliveryRetryPauseMs: duration('CHAINLOOP_DELIVERY_RETRY_PAUSE', {
    default: 10_000,
    help: 'longest pause before a delivery is tried again; doubled each time, an hour at most',
  }),
  queueSchema: text('QUEUE_SCHEMA', { default: 'pgboss', help: 'schema of the fan-out queue' }),
  redisUrl: secret('REDIS_URL', { help: 'coordination between replicas; without it in memory' }),
  dataDir: text('CHAINLOOP_DATA_DIR', { help: 'embedded database and generated keys' }),
  bind: text('CHAINLOOP_BIND', { default: '127.0.0.1', help: 'address to listen on' }),
  apiPort: port('CONTROLPLANE_API_PORT', { default: 9000, help: 'gRPC and Connect over HTTP/2' }),
  httpPort: port('CONTROLPLANE_HTTP_PORT', { default: 8000, help: 'HTTP/1.1' }),
  internalPort: port('CONTROLPLANE_INTERNAL_PORT', { default: 9100, help: 'for our own services' }),
  metricsPort: port('CONTROLPLANE_METRICS_PORT', { default: 5000, help: 'Prometheus' }),
  tlsCert: secret('CONTROLPLANE_TLS_CERT', {
    help: 'PEM chain of the API, HTTP and internal listeners',
  }),
  tlsKey: secret('CONTROLPLANE_TLS_KEY', {
    help: 'PEM key of the API, HTTP and internal listeners',
  }),
  allowCleartext: flag('CHAINLOOP_ALLOW_CLEARTEXT', {
    help: 'listen without TLS on other addresses than loopback, behind something that brings TLS',
  }),
  issuer: text('CHAINLOOP_ISSUER', {
    default: 'chainloop',
    help: 'iss of our tokens; different for each instance',
  }),
  externalUrl: url('CONTROLPLANE_EXTERNAL_URL', { help: 'where clients reach the HTTP listener' }),
  casExternalUrl: url('CAS_EXTERNAL_URL', {
    help: "where clients reach the artifact CAS's HTTP listener",
  }),
  casInternalUrl: url('CAS_INTERNAL_URL', { help: 'where this service reaches the artifact CAS' }),
  tokenKey: secret('CHAINLOOP_TOKEN_KEY', { help: 'PEM P-256 key that signs tokens' }),
  tokenPublicKeys: secret('CHAINLOOP_TOKEN_PUBLIC_KEYS', {
    help: 'PEM public keys that are published too: the previous and the next one during a rotation',
  }),
  sealingKey: secret('CHAINLOOP_SEALING_KEY', {
    help: 'base64 of 32 bytes that seal stored credentials',
  }),
  secretsBackend: text('SECRETS_BACKEND', {
    default: 'database',
    help: 'what keeps the credentials of storage and integrations: database, vault, aws, gcp, azure',
  }),
  secretsPrefix: text('SECRETS_PREFIX', {
    default: 'chainloop',
    help: 'start of the names of secrets outside the database',
  }),
  vaultAddress: url('VAULT_ADDR', { help: 'Vault or OpenBao' }),
  vaultToken: secret('VAULT_TOKEN', { help: 'may write and delete below mount and prefix' }),
  vaultMount: text('VAULT_MOUNT', { default: 'secret', help: 'a KV engine, version 2' }),
  vaultNamespace: text('VAULT_NAMESPACE', { help: 'where there are namespaces' }),
  secretsAwsRegion: text('SECRETS_AWS_REGION', { help: 'region of AWS Secrets Manager' }),
  secretsGcpProject: text('SECRETS_GCP_PROJECT', { help: 'project of Google Secret Manager' }),
  secretsAzureVaultUrl: url('SECRETS_AZURE_VAULT_URL', { help: 'https://<name>.vault.azure.net' }),
  jobCaChain: secret('CHAINLOOP_JOB_CA_CHAIN', { help: 'PEM chain of the job CA, root last' }),
  jobCaKey: secret('CHAINLOOP_JOB_CA_KEY', {
    help: 'P-256 key of the job CA: PEM, or awskms://, gcpkms://, azurekms://, hashivault://, pkcs11:',
  }),
  timestampChain: secret('CHAINLOOP_TSA_CHAIN', { help: 'PEM chain of the timestamp authority' }),
  trustedTimestampChains: secret('CHAINLOOP_TSA_TRUSTED_CHAINS', {
    help: 'PEM chains of further timestamp authorities to believe, each from its own certificate to its root',
  }),
  timestampKey: secret('CHAINLOOP_TSA_KEY', {
    help: 'P-256 key of the timestamp authority, PEM or a reference',
  }),
  provenanceChain: secret('CHAINLOOP_PROVENANCE_CHAIN', {
    help: 'PEM chain of the provenance signer',
  }),
  provenanceKey: secret('CHAINLOOP_PROVENANCE_KEY', {
    help: 'P-256 key of the provenance signer, PEM or a reference',
  }),
  logKey: secret('CHAINLOOP_LOG_KEY', {
    help: 'Ed25519 key that signs the heads of the audit and transparency logs, PEM or a reference',
  }),
  ctLogKey: secret('CHAINLOOP_CT_LOG_KEY', {
    help: 'P-256 key that signs timestamps into certificates, PEM or a reference',
  }),
  tufKey: secret('CHAINLOOP_TUF_KEY', {
    help: 'Ed25519 key that signs the metadata of the trust roots, PEM or a reference',
  }),
  pkcs11Pin: secret('CHAINLOOP_PKCS11_PIN', {
    help: 'of the token that pkcs11: references name',
  }),
  signingDir: text('CHAINLOOP_SIGNING_DIR', {
    help: 'keys that are generated, and generations that `trust rotate` adds; `signing` in the data directory',
  }),
  internalTokenArtifactCas: secret('CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS', {
    help: 'shared with the artifact CAS, 32 random bytes or more',
  }),
  internalTokenIntegrations: secret('CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS', {
    help: 'shared with the integrations service, 32 random bytes or more',
  }),
  runExpiry: duration('CHAINLOOP_RUN_EXPIRY', {
    default: 24 * 3_600_000,
    help: 'a run without activity for this long expires',
  }),
  storageGrace: duration('CHAINLOOP_STORAGE_GRACE', {
    default: 24 * 3_600_000,
    help: 'what nothing has kept for this long is marked, and removed after as long again',
  }),
  restrictOrganizationCreation: flag('CHAINLOOP_RESTRICT_ORGANIZATION_CREATION', {
    default: true,
    help: 'only instance admins create organizations',
  }),
  oidcIssuer: url('CHAINLOOP_OIDC_ISSUER', {
    help: 'identity provider that people sign in with; without it they cannot',
  }),
  oidcClientId: text('CHAINLOOP_OIDC_CLIENT_ID', { help: 'of this instance at the provider' }),
  oidcClientSecret: secret('CHAINLOOP_OIDC_CLIENT_SECRET', {
    help: 'of this instance at the provider; without it a public client with PKCE',
  }),
  oidcScopes: list('CHAINLOOP_OIDC_SCOPES', {
    default: ['openid', 'profile', 'email'],
    help: 'what is asked of the provider',
  }),
  firstOwner: text('CHAINLOOP_FIRST_OWNER', {
    help: 'e-mail address of who owns the first organization once signed in, while it has no owner',
  }),
  instanceAdmins: list('CHAINLOOP_INSTANCE_ADMINS', {
    default: [],
    help: 'e-mail addresses of people who look after the instance',
  }),
  signInAllow: list('CHAINLOOP_SIGN_IN_ALLOW', {
    default: [],
    help: 'e-mail addresses and @domains that may sign in; empty: everybody whom the provider knows',
  }),
  onboarding: list('CHAINLOOP_ONBOARDING', {
    default: [],
    help: 'organization=role: existing organizations that everybody joins at sign-in, as viewer, member or contributor',
  }),
  sessionMaxAge: duration('CHAINLOOP_SESSION_MAX_AGE', {
    default: 30 * 24 * 3_600_000,
    help: 'a session ends after this long, however much it is used',
  }),
  policyProcesses: integer('CHAINLOOP_POLICY_PROCESSES', {
    default: 2,
    min: 1,
    help: 'processes that evaluate policies, started when there is work',
  }),
  policyMegabytes: integer('CHAINLOOP_POLICY_MEGABYTES', {
    default: 512,
    min: 64,
    help: 'heap of each of them',
  }),
  policyTimeout: duration('CHAINLOOP_POLICY_TIMEOUT', {
    default: 15_000,
    help: 'what takes longer has no verdict, and its gate stays closed',
  }),
  policyWait: duration('CHAINLOOP_POLICY_WAIT', {
    default: 10_000,
    help: 'Store answers after this long; what is not evaluated by then is evaluated afterwards',
  }),
  policyDocumentBytes: bytes('CHAINLOOP_POLICY_DOCUMENT_BYTES', {
    default: 64 * 1024 * 1024,
    help: 'a material that is larger has no verdict, and its gates stay closed',
  }),
  trustedProxies: list('CHAINLOOP_TRUSTED_PROXIES', {
    default: [],
    help: 'addresses or CIDRs of proxies whose X-Forwarded-For says whom limits are for',
  }),
  failedLoginsPerMinute: integer('CHAINLOOP_FAILED_LOGINS_PER_MINUTE', {
    default: 300,
    min: 1,
    help: 'failed authentications of one address; good credentials always get through',
  }),
  callsPerMinute: integer('CHAINLOOP_CALLS_PER_MINUTE', {
    default: 6000,
    min: 1,
    help: 'calls of one token, run or person',
  }),
  organizationCallsPerMinute: integer('CHAINLOOP_ORGANIZATION_CALLS_PER_MINUTE', {
    default: 60_000,
    min: 1,
    help: 'calls of everybody in one organization together',
  }),
  timestampsPerMinute: integer('CHAINLOOP_TIMESTAMPS_PER_MINUTE', {
    default: 30_000,
    min: 1,
    help: 'timestamps for one address',
  }),
  quotaStoredBytes: bytes('CHAINLOOP_QUOTA_STORED_BYTES', {
    help: 'bytes that an organization may keep, unless it has a quota of its own',
  }),
  quotaRunsPerDay: integer('CHAINLOOP_QUOTA_RUNS_PER_DAY', {
    help: 'runs that an organization may open in 24 hours, likewise',
  }),
  quotaProjects: integer('CHAINLOOP_QUOTA_PROJECTS', {
    help: 'projects of an organization, likewise',
  }),
  quotaApiTokens: integer('CHAINLOOP_QUOTA_API_TOKENS', {
    help: 'live tokens of an organization, likewise',
  }),
  certificatesPerRun: integer('CHAINLOOP_CERTIFICATES_PER_RUN', {
    default: 100,
    min: 1,
    help: 'signing certificates of one run',
  }),
  policyProviders: list('CHAINLOOP_POLICY_PROVIDERS', {
    default: [],
    help: 'name=URL of providers that references may name: `name:policy`',
  }),
  egressAllow: list('CHAINLOOP_EGRESS_ALLOW', {
    default: [],
    help: 'private host[:port] or CIDR that outgoing requests may reach',
  }),
} as const

export type Config = Settings<typeof shape>

/** Throws `InvalidConfiguration` with everything that is wrong. */
export function readConfig(env: Environment): Config {
  return settings(env, shape)
}
