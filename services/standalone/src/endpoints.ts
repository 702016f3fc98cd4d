import type { Ports } from './config.ts'

/** Where everything listens, as URLs. */
export interface Endpoints extends Readonly<Record<keyof Ports, string>> {}

/** `0.0.0.0` is no address to call: the services call each other on loopback then. */
export function endpointsAt(bind: string, ports: Ports): Endpoints {
  const host = reachable(bind)
  const at = (port: number): string => `http://${host}:${port}`
  return {
    controlPlaneApi: at(ports.controlPlaneApi),
    controlPlaneHttp: at(ports.controlPlaneHttp),
    controlPlaneInternal: at(ports.controlPlaneInternal),
    controlPlaneMetrics: at(ports.controlPlaneMetrics),
    casApi: at(ports.casApi),
    casHttp: at(ports.casHttp),
    casMetrics: at(ports.casMetrics),
    integrationsHttp: at(ports.integrationsHttp),
  }
}

function reachable(bind: string): string {
  if (bind === '0.0.0.0') return '127.0.0.1'
  if (bind === '::') return '[::1]'
  return bind.includes(':') ? `[${bind}]` : bind
}
