import { defineCommand } from '../../core/command.ts'
import { readConfigFile, writeConfigFile, type ConfigFile } from '../../core/config-file.ts'
import { UsageError } from '../../core/exit.ts'
import { record } from '../../core/view.ts'

export const configSave = defineCommand({
  name: 'config save',
  summary: 'Keep the connection options that are given as flags',
  details:
    'Flags win over the environment, the environment over this file. A token is kept only when it is given with --token.',
  options: {},
  examples: [
    'chainloop config save --control-plane cp.acme.example:443 --artifact-cas cas.acme.example:443',
  ],

  async run({ settings, flags }): Promise<ConfigFile & { readonly path: string }> {
    const given: ConfigFile = Object.fromEntries(
      Object.entries({
        controlPlane: flags.controlPlane,
        controlPlaneCa: flags.controlPlaneCa,
        artifactCas: flags.artifactCas,
        artifactCasCa: flags.artifactCasCa,
        insecure: flags.insecure,
        organization: flags.org,
        token: flags.token,
      }).filter(([, value]) => value !== undefined),
    )
    if (Object.keys(given).length === 0) {
      throw new UsageError(
        'nothing to save',
        'give at least one of --control-plane, --artifact-cas, --insecure, --org, --token',
      )
    }
    const path = settings.configPath
    const { token, refreshToken, ...config } = { ...(await readConfigFile(path)), ...given }
    // Another token is of no session.
    const session = flags.token === undefined ? { token, refreshToken } : { token }
    await writeConfigFile(path, { ...config, ...session })
    return { path, ...config }
  },

  view: ({ path }) => [record([['saved', path]])],
})
