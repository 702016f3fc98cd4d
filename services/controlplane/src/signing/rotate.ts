import { generateAuthority } from './authority.ts'
import type { AuthorityKind } from './authority.ts'
import { folderName } from './generations.ts'
import type { KeyKind } from './generations.ts'
import { keepKeyFolder } from './key-folder.ts'
import type { KeyFiles } from './key-folder.ts'
import { authorityFiles, generatePlain, readKeys } from './key-sources.ts'
import type { KeySettings } from './key-sources.ts'
import { currentAt, openSigningKeys } from './keyring.ts'
import { ed25519Key, signingKey } from './signing-key.ts'
import type { KeyEnvironment, SigningKey } from './signing-key.ts'

export interface Rotation {
  readonly kind: KeyKind
  /** The new key signs from then on; published before, so that verifiers know it in time. */
  readonly since: Date
  /** Where the new key is, if it is not to be generated: a reference of a KMS. */
  readonly reference?: string | undefined
  /** Of the old key nothing later is believed: it has become known to others. */
  readonly compromised?: boolean | undefined
}

export interface Rotated {
  readonly kind: KeyKind
  readonly generation: number
  readonly since: Date
}

/** The key cannot be rotated like that. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused'
}

const AUTHORITIES: ReadonlySet<KeyKind> = new Set(['job-ca', 'timestamp-authority', 'provenance'])

/**
 * Adds a generation of a key. Running servers find it by themselves, publish it at once and sign with it from its time on;
 * what older generations have signed stays good. Throws `RotationRefused`.
 */
export async function rotateKey(settings: KeySettings, rotation: Rotation): Promise<Rotated> {
  const { directory } = settings
  if (directory === undefined) {
    throw new RotationRefused(
      'there is no folder for another generation: set CHAINLOOP_SIGNING_DIR or CHAINLOOP_DATA_DIR',
    )
  }
  const { kind, since } = rotation
  const generations = (await readKeys(settings))[kind]
  const last = generations.at(-1)
  if (last?.since !== undefined && last.since >= since) {
    throw new RotationRefused(
      `generation ${last.number} begins later: at ${last.since.toISOString()}`,
    )
  }
  const generation = (last?.number ?? 0) + 1
  const files = {
    ...(await newFiles(settings, rotation)),
    since: `${since.toISOString()}\n`,
    ...(rotation.compromised === true && { closes: `${since.toISOString()}\n` }),
  }
  const place = { parent: directory, name: folderName(kind, generation) }
  if (!(await keepKeyFolder(place, files))) {
    throw new RotationRefused(`generation ${generation} was just added by somebody else`)
  }
  return { kind, generation, since }
}

async function newFiles(settings: KeySettings, { kind, reference }: Rotation): Promise<KeyFiles> {
  if (isAuthority(kind)) return newAuthority(settings, kind, reference)
  if (reference === undefined) return generatePlain(kind === 'ct-log' ? 'P-256' : 'Ed25519')
  const env = settings.env ?? {}
  const { publicKey } = await (kind === 'ct-log' ? signingKey : ed25519Key)(reference, env)
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { key: reference, 'public.pem': pem }
}

async function newAuthority(
  settings: KeySettings,
  kind: AuthorityKind,
  reference: string | undefined,
): Promise<KeyFiles> {
  const { instanceUrl: url, env = {}, clock = () => new Date() } = settings
  const key =
    reference === undefined ? undefined : { reference, it: await signingKey(reference, env) }
  const ctLog = await currentCtLog(settings, env)
  return authorityFiles(await generateAuthority(kind, { url, now: clock(), ctLog, key }))
}

async function currentCtLog(settings: KeySettings, env: KeyEnvironment): Promise<SigningKey> {
  const generations = await openSigningKeys((await readKeys(settings))['ct-log'], env)
  const { it } = currentAt(generations, new Date())
  if (it.key === undefined) throw new RotationRefused('the key of the certificate log is gone')
  return it.key
}

function isAuthority(kind: KeyKind): kind is AuthorityKind {
  return AUTHORITIES.has(kind)
}
