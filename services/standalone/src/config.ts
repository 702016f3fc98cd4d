import { type Environment, flag, port, type Settings, settings, text } from '@chainloop/kit/config'

/** The settings that this process decides on; every other one reaches the services as it is. */
export const shape = {
  dataDir: text('CHAINLOOP_DATA_DIR', {
    default: '.chainloop',
    help: 'database, keys and artifacts; made with mode 0700',
  }),
  bind: text('CHAINLOOP_BIND', { default: '127.0.0.1', help: 'address to listen on' }),
  allowCleartext: flag('CHAINLOOP_ALLOW_CLEARTEXT', {
    help: 'listen without TLS on other addresses than loopback',
  }),
  controlPlaneApiPort: port('CONTROLPLANE_API_PORT', { default: 9000 }),
  controlPlaneHttpPort: port('CONTROLPLANE_HTTP_PORT', { default: 8000 }),
  controlPlaneInternalPort: port('CONTROLPLANE_INTERNAL_PORT', { default: 9100 }),
  controlPlaneMetricsPort: port('CONTROLPLANE_METRICS_PORT', { default: 5000 }),
  casApiPort: port('CAS_API_PORT', { default: 9001 }),
  casHttpPort: port('CAS_HTTP_PORT', { default: 8001 }),
  casMetricsPort: port('CAS_METRICS_PORT', { default: 5001 }),
  integrationsHttpPort: port('INTEGRATIONS_HTTP_PORT', { default: 5002 }),
} as const

export type Config = Settings<typeof shape>

/** Throws `InvalidConfiguration`, also when cleartext would leave the machine without being asked for. */
export function readConfig(env: Environment): Config {
  const config = settings(env, shape)
  if (!isLoopback(config.bind) && !config.allowCleartext) {
    throw new Error(
      `CHAINLOOP_BIND=${config.bind} would serve cleartext to other machines; CHAINLOOP_ALLOW_CLEARTEXT=true says that this is meant`,
    )
  }
  return config
}

function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || /^127(\.\d{1,3}){3}$/.test(address)
}
