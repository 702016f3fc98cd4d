import { type Environment, flag, port, settings, text } from '@chainloop/kit/config'
import { isLoopback } from '@chainloop/kit/http/safe-binding'

const general = {
  dataDir: text('CHAINLOOP_DATA_DIR', {
    default: '.chainloop',
    help: 'database, keys and artifacts; made with mode 0700',
  }),
  bind: text('CHAINLOOP_BIND', { default: '127.0.0.1', help: 'address to listen on' }),
  allowCleartext: flag('CHAINLOOP_ALLOW_CLEARTEXT', {
    help: 'listen without TLS on other addresses than loopback',
  }),
} as const

const portSettings = {
  controlPlaneApi: port('CONTROLPLANE_API_PORT', { default: 9000 }),
  controlPlaneHttp: port('CONTROLPLANE_HTTP_PORT', { default: 8000 }),
  controlPlaneInternal: port('CONTROLPLANE_INTERNAL_PORT', { default: 9100 }),
  controlPlaneMetrics: port('CONTROLPLANE_METRICS_PORT', { default: 5000 }),
  casApi: port('CAS_API_PORT', { default: 9001 }),
  casHttp: port('CAS_HTTP_PORT', { default: 8001 }),
  casMetrics: port('CAS_METRICS_PORT', { default: 5001 }),
  integrationsHttp: port('INTEGRATIONS_HTTP_PORT', { default: 5002 }),
} as const

export type Ports = Readonly<Record<keyof typeof portSettings, number>>

/** The settings that this process decides on; every other one reaches the services as it is. */
export interface Config {
  readonly dataDir: string
  readonly bind: string
  /** 0: any free one. */
  readonly ports: Ports
}

/** Throws `InvalidConfiguration`; also when cleartext would leave the machine without being asked for. */
export function readConfig(env: Environment): Config {
  const { allowCleartext, ...config } = settings(env, general)
  if (!isLoopback(config.bind) && !allowCleartext) {
    throw new Error(
      `CHAINLOOP_BIND=${config.bind} would serve cleartext to other machines; CHAINLOOP_ALLOW_CLEARTEXT=true says that this is meant`,
    )
  }
  return { ...config, ports: settings(env, portSettings) }
}
