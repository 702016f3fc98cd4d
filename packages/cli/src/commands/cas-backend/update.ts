import { type Command, defineCommand, type Options, type Values } from '../../core/command.ts'
import { byteCount } from './byte-count.ts'
import { confirmDefault } from './confirm-default.ts'
import { type Provider, providers } from './providers.ts'
import { backendRecord } from './view.ts'

const common = {
  name: { type: 'string', required: true, help: 'name of the backend' },
  description: { type: 'string', help: 'what it is for' },
  default: { type: 'boolean', negatable: true, help: 'runs keep their artifacts there' },
  fallback: { type: 'boolean', negatable: true, help: 'used while the default cannot be' },
} as const satisfies Options

const limit = {
  maxBytes: { type: 'string', placeholder: 'size', help: 'limit of an artifact; 0: none' },
} as const satisfies Options

type Given = Values<typeof common> & Values<typeof limit>

/** Only what was given is changed. */
function updateOf(word: string, own: Options, provider?: Provider): Command {
  return defineCommand({
    name: `cas-backend update ${word}`,
    summary: provider
      ? `Change a backend in ${provider.summary}, or rotate its credentials`
      : 'Change what is said of the storage inside attestations',
    details: provider
      ? 'New credentials are tried first, and take the place of the old ones: what is stored stays readable.'
      : '',
    options: { ...common, ...own },

    async run(session, given) {
      const values: Given & Values<Options> = given as never
      const { name, description, fallback, maxBytes } = values
      if (values.default === true) await confirmDefault(session, name)
      const credentials = (await provider?.credentials(given)) ?? {}
      const client = await session.client()
      const { toCasBackend } = await import('@chainloop/sdk/model/cas-backend')
      const { result } = await client.casBackends.update({
        name,
        ...(description === undefined ? {} : { description }),
        ...(values.default === undefined ? {} : { default: values.default }),
        ...(fallback === undefined ? {} : { fallback }),
        ...(maxBytes === undefined ? {} : { maxBytes: BigInt(byteCount('--max-bytes', maxBytes)) }),
        ...(Object.keys(credentials).length === 0 ? {} : { credentials }),
      })
      return toCasBackend(result)
    },

    view: (one) => [backendRecord(one)],
  })
}

export const casBackendUpdate: readonly Command[] = [
  ...providers.map((provider) =>
    updateOf(provider.word, { ...limit, ...provider.secrets }, provider),
  ),
  updateOf('inline', {}),
]
