import type { AddInput } from '@chainloop/sdk/attestation/add-material'

import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { startProgress, type Progress } from '../../core/progress.ts'
import type { Session } from '../../core/session.ts'
import { record } from '../../core/view.ts'
import { CRAFTING_RETRY_MS, stateLocation, stateOptions } from './state-options.ts'
import { materialJson } from './status-json.ts'

export const attestationAdd = defineCommand({
  name: 'attestation add',
  summary: 'Record a piece of evidence',
  details:
    'The name decides: a material of the contract has its kind there. Anything else is recognised by its content, or by --kind.',
  options: {
    value: {
      type: 'string',
      required: true,
      placeholder: 'path|url|image|text',
      help: 'a file, http(s)://…, env://NAME, an image (reference, or folder with an OCI layout), a chart (file, or oci://…), or text',
    },
    name: { type: 'string', help: 'its name in the contract, or a new one' },
    kind: {
      type: 'string',
      placeholder: 'KIND',
      help: 'kind of a material that the contract does not name',
    },
    annotation: { type: 'pairs', help: 'an annotation of the material' },
    noStrictValidation: {
      type: 'boolean',
      help: 'record violations of a schema as defects instead of refusing',
    },
    registryServer: {
      type: 'string',
      placeholder: 'host',
      env: 'CHAINLOOP_REGISTRY_SERVER',
      help: 'registry that the login is for',
    },
    registryUsername: {
      type: 'string',
      env: 'CHAINLOOP_REGISTRY_USERNAME',
      help: 'login of a registry',
    },
    registryPassword: { type: 'string', env: 'CHAINLOOP_REGISTRY_PASSWORD', help: 'its password' },
    ...stateOptions,
  },
  examples: [
    'chainloop attestation add --name sbom --value sbom.cdx.json',
    'chainloop attestation add --name image --value ghcr.io/acme/web:1.4.0',
    'chainloop attestation add --name chart --value oci://ghcr.io/acme/charts/web:1.4.0',
  ],

  async run(session, options) {
    const { isMaterialKind } = await import('@chainloop/attestation/materials/material-kind')
    const { kind } = options
    if (kind !== undefined && !isMaterialKind(kind))
      throw new UsageError(`there is no kind ${kind}`)

    const client = await session.client({ retryMs: CRAFTING_RETRY_MS, keyless: 'continue' })
    const { openRun } = await import('@chainloop/sdk/attestation/open-run')
    const { addMaterial } = await import('@chainloop/sdk/attestation/add-material')
    const run = await openRun(client, stateLocation(options))
    using progress = uploadProgress(session, options.value)
    const added = await addMaterial(run, {
      value: options.value,
      name: options.name,
      kind,
      annotations: options.annotation,
      strict: options.noStrictValidation !== true,
      env: environment(session, options),
      onProgress: progress.report,
    })
    for (const warning of added.warnings) session.io.warn(warning)
    if (added.replaced)
      session.io.info(`the material ${added.material.name} was added before; it is replaced`)
    return [materialJson(added.material)]
  },

  view: (materials) =>
    materials.map((material) =>
      record([
        ['material', material.name],
        ['type', material.type],
        ['value', material.value],
        ['tag', material.tag],
        ['digest', material.hash],
        ['output', material.IsOutput ? true : undefined],
        ...material.annotations.map(({ name, value }) => [name, value] as const),
      ]),
    ),
})

function uploadProgress(
  { io }: Session,
  value: string,
): Progress & { report: NonNullable<AddInput['onProgress']> } {
  return startProgress(io, `uploading ${value}`, undefined)
}

interface RegistryOptions {
  readonly registryServer: string | undefined
  readonly registryUsername: string | undefined
  readonly registryPassword: string | undefined
}

function environment({ io }: Session, options: RegistryOptions): AddInput['env'] {
  return {
    ...io.env,
    CHAINLOOP_REGISTRY_SERVER: options.registryServer,
    CHAINLOOP_REGISTRY_USERNAME: options.registryUsername,
    CHAINLOOP_REGISTRY_PASSWORD: options.registryPassword,
  }
}
