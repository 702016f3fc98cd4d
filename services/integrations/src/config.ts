import {
  type Environment,
  type Settings,
  duration,
  integer,
  list,
  oneOf,
  port,
  required,
  secret,
  settings,
  text,
  url,
} from '@chainloop/kit/config'

const shape = {
  databaseUrl: secret('DATABASE_URL', {
    help: 'PostgreSQL with the queue; absent when the embedded engine is handed in',
  }),
  queueSchema: text('QUEUE_SCHEMA', { default: 'pgboss', help: 'schema of the fan-out queue' }),
  bind: text('CHAINLOOP_BIND', { default: '127.0.0.1', help: 'address to listen on' }),
  httpPort: port('INTEGRATIONS_HTTP_PORT', { default: 5002, help: 'probes and metrics' }),
  controlPlaneUrl: url('CONTROLPLANE_INTERNAL_URL', {
    default: 'http://127.0.0.1:9100',
    help: "the control plane's internal listener",
  }),
  internalToken: required(
    secret('CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS', {
      help: 'identifies the workers to the control plane',
    }),
  ),
  egressAllow: list('CHAINLOOP_EGRESS_ALLOW', {
    default: [],
    help: 'host[:port], addresses and CIDRs that may be called although they are not public',
  }),
  batchSize: integer('INTEGRATIONS_BATCH_SIZE', {
    default: 50,
    min: 1,
    max: 1000,
    help: 'jobs taken at once',
  }),
  concurrency: integer('INTEGRATIONS_CONCURRENCY', {
    default: 100,
    min: 1,
    max: 1000,
    help: 'attempts made at the same time',
  }),
  requestTimeoutMs: duration('INTEGRATIONS_REQUEST_TIMEOUT', {
    default: 10_000,
    help: 'for one request to a target, its answer included',
  }),
  attemptTimeoutMs: duration('INTEGRATIONS_ATTEMPT_TIMEOUT', {
    default: 60_000,
    help: 'for one attempt, all of its requests together',
  }),
  drainMs: duration('INTEGRATIONS_DRAIN_TIMEOUT', {
    default: 25_000,
    help: 'how long deliveries in flight may go on after stop',
  }),
  plugins: list('INTEGRATIONS_PLUGINS', {
    default: [],
    help: 'external plugins: npm packages, paths of modules, grpc:// and grpcs:// addresses',
  }),
  pluginsFolder: text('INTEGRATIONS_PLUGINS_FOLDER', {
    default: '.',
    help: 'where names and relative paths of external plugins are looked up',
  }),
  pluginMemoryMb: integer('INTEGRATIONS_PLUGIN_MEMORY', {
    default: 512,
    min: 64,
    max: 65_536,
    help: "megabytes of the heap of each plugin's process",
  }),
  pluginHangMs: duration('INTEGRATIONS_PLUGIN_HANG_TIMEOUT', {
    default: 10_000,
    help: "how long a plugin's process may not answer before it is replaced",
  }),
  logLevel: oneOf('CHAINLOOP_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
  }),
}

export type Config = Settings<typeof shape>

/** Throws with every problem at once. */
export function readConfig(env: Environment): Config {
  return settings(env, shape)
}
