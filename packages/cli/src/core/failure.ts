import { pageOf, pageOfCommand, PAGES_OF_CODES } from './documentation.ts'
import { EXIT, Refused, UsageError } from './exit.ts'

/** An error as it is told to people. */
export interface Failure {
  readonly message: string
  readonly hint?: string | undefined
  /** A page of the documentation. */
  readonly see?: string | undefined
  readonly exitCode: number
  /** A pipeline must not go on as if nothing had happened: nobody knows who asks, or whose run it would go on with. */
  readonly unmissable?: boolean
}

/** Everything that is expected to go wrong, by the name of its class, with what to do about it. */
const EXPECTED: Readonly<Record<string, string | undefined>> = {
  AlreadyInitialized:
    '`chainloop attestation push` finishes it, `reset` gives it up, `init --replace` overwrites it',
  NotInitialized: 'start one with `chainloop attestation init --project … --workflow …`',
  BrokenState: '`chainloop attestation reset` gives it up; then start again with `init`',
  IncompleteAttestation: '`chainloop attestation status` shows everything that is outstanding',
  InvalidAddress: undefined,
  InvalidCheckpoint: 'a head is kept by `chainloop audit head --file FILE`',
  InvalidExport: undefined,
  InvalidHead: 'a head is kept by `chainloop audit head --file FILE`',
  InvalidContract: 'check it with `chainloop workflow contract lint FILE`',
  ContractNotClosed: undefined,
  PinBroken: undefined,
  InvalidMaterial: undefined,
  InvalidPolicy: '`chainloop policy develop lint` shows every problem with its place',
  InvalidScript: undefined,
  InvalidTemplate: undefined,
  MissingInput: undefined,
  ScriptFailed: undefined,
  UnreadableMaterial: '--kind says what the material is',
  InvalidResult: undefined,
  InvalidPattern: undefined,
  InvalidReference: undefined,
  ImageNotResolved: 'log in with docker, or set CHAINLOOP_REGISTRY_{SERVER,USERNAME,PASSWORD}',
  MaterialRefused: undefined,
  NoCredentials:
    'set CHAINLOOP_TOKEN, or let the CI system issue identity tokens: on GitHub `permissions: id-token: write`, on GitLab `id_tokens: CHAINLOOP_OIDC_TOKEN`',
  AccountRequired: 'set CHAINLOOP_TOKEN in the environment, or give --token',
  RunnerMismatch: '`--dry-run` crafts without enforcing the runner',
  MissingVariables: undefined,
  UploadRefused: undefined,
  DownloadFailed: undefined,
  HttpUnavailable: undefined,
  TimestampRefused: undefined,
  FulcioRefused: undefined,
  KeyUnavailable: undefined,
  VerificationFailed: undefined,
  ValueNotFound: undefined,
  NotConfigured: undefined,
  InvalidStatement: undefined,
}

const UNMISSABLE: ReadonlySet<string> = new Set(['NoCredentials', 'AlreadyInitialized'])

const HINTS: Readonly<Record<string, string>> = {
  unauthenticated:
    'give a token that is valid: `--token`, or CHAINLOOP_TOKEN in the environment; `chainloop auth status` shows which one is used',
  permission_denied: '`chainloop auth status` shows what the token may do',
  unimplemented: '`chainloop version` shows what runs there',
  unavailable: 'check the address (`chainloop config view`) and that the server runs',
}

/** `command` is what was being run, as far as that is known. */
export function toFailure(error: unknown, command?: string): Failure {
  if (error instanceof UsageError) {
    return { ...said(error), see: pageOfCommand(command), exitCode: EXIT.usage }
  }
  if (error instanceof Refused) {
    return { ...said(error), exitCode: EXIT.failed, unmissable: error.unauthenticated }
  }
  if (!isError(error)) return bug(String(error))
  if (error.name === 'ConnectError') return fromServer(error)
  if (Object.hasOwn(EXPECTED, error.name)) {
    return {
      message: error.message,
      hint: EXPECTED[error.name],
      see: pageOf(error),
      exitCode: EXIT.failed,
      unmissable: UNMISSABLE.has(error.name),
    }
  }
  return fromSystem(error) ?? bug(error.message)
}

function said({ message, hint }: UsageError | Refused): {
  message: string
  hint?: string | undefined
} {
  return { message, hint }
}

interface ErrorLike {
  readonly name: string
  readonly message: string
  readonly code?: unknown
}

function isError(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value
}

/** `ConnectError` prefixes its message with the code; people only need what the server said. */
function fromServer(error: ErrorLike): Failure {
  const [, code = 'unknown', message = error.message] =
    /^\[(\w+)\] ?(.*)$/s.exec(error.message) ?? []
  return {
    message: message === '' ? `the server answered ${code}` : message,
    hint: HINTS[code],
    see: PAGES_OF_CODES[code],
    exitCode: EXIT.failed,
    unmissable: code === 'unauthenticated',
  }
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
}

function fromSystem(error: ErrorLike & { readonly path?: unknown }): Failure | undefined {
  if (typeof error.code !== 'string') return undefined
  const meaning = SYSTEM[error.code]
  if (meaning === undefined) return undefined
  const place = typeof error.path === 'string' ? `${error.path}: ` : ''
  return { message: `${place}${meaning}`, exitCode: EXIT.failed }
}

function bug(message: string): Failure {
  return {
    message: `unexpected: ${message}`,
    hint: 'this is a defect of chainloop; run the command again with --debug and report what it prints',
    exitCode: EXIT.bug,
  }
}
