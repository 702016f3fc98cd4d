import {
  bytes,
  duration,
  type Environment,
  flag,
  integer,
  list,
  port,
  required,
  secret,
  type Settings,
  settings,
  text,
  url,
} from '@chainloop/kit/config'

export const shape = {
  dataDir: required('CHAINLOOP_DATA_DIR', { help: 'blobs are below its folder cas' }),
  bind: text('CHAINLOOP_BIND', { default: '127.0.0.1', help: 'address to listen on' }),
  apiPort: port('CAS_API_PORT', { default: 9001, help: 'gRPC and Connect over HTTP/2' }),
  httpPort: port('CAS_HTTP_PORT', { default: 8001, help: 'HTTP/1.1: downloads' }),
  metricsPort: port('CAS_METRICS_PORT', { default: 5001, help: 'Prometheus' }),
  tlsCert: secret('CAS_TLS_CERT', { help: 'PEM chain of the API and HTTP listeners' }),
  tlsKey: secret('CAS_TLS_KEY', { help: 'PEM key of the API and HTTP listeners' }),
  allowCleartext: flag('CHAINLOOP_ALLOW_CLEARTEXT', {
    help: 'listen without TLS on other addresses than loopback, behind something that brings TLS',
  }),
  issuer: text('CHAINLOOP_ISSUER', {
    default: 'chainloop',
    help: "iss of the control plane's tokens",
  }),
  jwksUrl: required(
    url('CONTROLPLANE_JWKS_URL', {
      help: "the control plane's public keys: …/.well-known/jwks.json",
    }),
  ),
  internalUrl: required(
    url('CONTROLPLANE_INTERNAL_URL', {
      help: "the control plane's internal listener, for receipts",
    }),
  ),
  internalToken: required(
    secret('CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS', { help: 'shared with the control plane' }),
  ),
  idleTimeout: duration('CAS_IDLE_TIMEOUT', {
    default: 60_000,
    help: 'a transfer without a byte for this long is ended',
  }),
  minRate: bytes('CAS_MIN_RATE', {
    default: 1024,
    help: 'an upload that brings fewer bytes per second is ended',
  }),
  redisUrl: secret('REDIS_URL', {
    help: 'where replicas find out whose an upload is; one process needs none',
  }),
  replicaUrl: url('CAS_REPLICA_URL', {
    help: 'the HTTP listener of this very replica, for the other ones: http://<address of the pod>:8001',
  }),
  uploadExpiry: duration('CAS_UPLOAD_EXPIRY', {
    default: 3_600_000,
    help: 'an upload over HTTP that nobody goes on with for this long is forgotten',
  }),
  egressAllow: list('CHAINLOOP_EGRESS_ALLOW', {
    default: [],
    help: 'host[:port] or CIDR of storage that may be used although its address is private',
  }),
  ownIdentityLocations: list('CAS_OWN_IDENTITY_LOCATIONS', {
    default: [],
    help: "<provider>:<location> of storage that may be used without credentials, as this process's own cloud identity; each organization has its own prefix there",
  }),
  storageTimeout: duration('CAS_STORAGE_TIMEOUT', {
    default: 60_000,
    help: 'remote storage that says nothing for this long is given up',
  }),
  transferMemory: bytes('CAS_TRANSFER_MEMORY', {
    default: 33_554_432,
    help: 'for parts on their way to remote storage, all uploads together; in steps of 8 MiB',
  }),
  hashWorkers: integer('CAS_HASH_WORKERS', {
    default: 2,
    min: 1,
    max: 64,
    help: 'threads that hash and write',
  }),
} as const

export type Config = Settings<typeof shape>

/** Throws `InvalidConfiguration` with everything that is wrong. */
export function readConfig(env: Environment): Config {
  return settings(env, shape)
}
