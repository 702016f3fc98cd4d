import { type Command, defineCommand, type Options, type Values } from '../../core/command.ts'
import { byteCount } from './byte-count.ts'
import { confirmDefault } from './confirm-default.ts'
import { type Provider, providers } from './providers.ts'
import { backendRecord } from './view.ts'

const common = {
  name: { type: 'string', required: true, help: 'name of the backend' },
  description: { type: 'string', help: 'what it is for' },
  default: { type: 'boolean', help: 'runs keep their artifacts there from now on' },
  fallback: { type: 'boolean', help: 'used while the default cannot be' },
  maxBytes: { type: 'string', placeholder: 'size', help: 'limit of an artifact: 100MB, 1GB' },
} as const satisfies Options

function addTo(provider: Provider): Command {
  const options: Options = { ...common, ...provider.place, ...provider.secrets }
  return defineCommand({
    name: `cas-backend add ${provider.word}`,
    summary: `Store artifacts in ${provider.summary}`,
    details: 'The storage is tried before anything is kept.',
    options,
    examples: [`chainloop cas-backend add ${provider.word} ${provider.example}`],

    async run(session, given) {
      const values: Values<typeof common> & Values<Options> = given as never
      if (values.default === true) await confirmDefault(session, values.name)
      const client = await session.client()
      const { toCasBackend } = await import('@chainloop/sdk/model/cas-backend')
      const { maxBytes } = values
      const { result } = await client.casBackends.create({
        name: values.name,
        description: values.description ?? '',
        provider: provider.id,
        location: provider.location(given),
        credentials: await provider.credentials(given),
        default: values.default ?? false,
        fallback: values.fallback ?? false,
        ...(maxBytes === undefined ? {} : { maxBytes: BigInt(byteCount('--max-bytes', maxBytes)) }),
      })
      return toCasBackend(result)
    },

    view: (one) => [backendRecord(one)],
  })
}

export const casBackendAdd: readonly Command[] = providers.map(addTo)
