import type { Options } from './command.ts'

/** Options that every command takes. A flag wins over the environment, the environment over the file. */
export const GLOBAL_OPTIONS = {
  config: {
    type: 'string',
    short: 'c',
    placeholder: 'path',
    help: 'config file (default $XDG_CONFIG_HOME/chainloop/config.toml)',
  },
  controlPlane: {
    type: 'string',
    placeholder: 'host:port',
    help: 'control plane API (env CHAINLOOP_CONTROL_PLANE_API)',
  },
  controlPlaneCa: {
    type: 'string',
    placeholder: 'pem',
    help: 'its certificate authority: path, PEM or base64 (env CHAINLOOP_CONTROL_PLANE_API_CA)',
  },
  artifactCas: {
    type: 'string',
    placeholder: 'host:port',
    help: 'artifact CAS API (env CHAINLOOP_ARTIFACT_CAS_API)',
  },
  artifactCasCa: {
    type: 'string',
    placeholder: 'pem',
    help: 'its certificate authority (env CHAINLOOP_ARTIFACT_CAS_API_CA)',
  },
  insecure: {
    type: 'boolean',
    short: 'i',
    help: 'cleartext connections (env CHAINLOOP_API_INSECURE)',
  },
  org: {
    type: 'string',
    short: 'n',
    placeholder: 'name',
    help: "organization; the token's own by default (env CHAINLOOP_ORGANIZATION)",
  },
  token: { type: 'string', short: 't', help: 'API token (env CHAINLOOP_TOKEN)' },
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'format',
    help: 'table or json (default table)',
  },
  debug: { type: 'boolean', help: 'print the stack of an error' },
  yes: { type: 'boolean', short: 'y', help: 'answer every question with yes' },
} as const satisfies Options
