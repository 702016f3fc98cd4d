import { OciError, type OciErrorKind } from '../errors.ts'
import { readBounded } from './read-bounded.ts'
import { isWorthRetrying } from './retry.ts'
import type { Answer } from './send-once.ts'

const MAX_ERROR_BYTES = 64 << 10
const MAX_MESSAGE = 300

const KINDS: Readonly<Record<number, OciErrorKind>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
}

const MEANINGS: Readonly<Record<OciErrorKind, string>> = {
  not_found: 'no such thing',
  unauthorized: 'asks for a login that may do this',
  forbidden: 'the login may not do this',
  invalid: 'refuses the request',
  refused: 'refuses the request',
  unavailable: 'cannot answer now',
  mismatch: 'the bytes differ',
  too_large: 'too large for this registry',
  malformed: 'answers with something that cannot be read',
}

/** The error that an answer is, with what the registry says about it (distribution specification §Error Codes). */
export async function answerError(answer: Answer): Promise<OciError> {
  const { status, url } = answer
  const kind = kindOf(status)
  const said = await explanationIn(answer)
  const message = `${url.host}: ${MEANINGS[kind]} (status ${status}${said === '' ? '' : `, ${said}`})`
  return new OciError(kind, message, { status })
}

function kindOf(status: number): OciErrorKind {
  if (isWorthRetrying(status)) return 'unavailable'
  if (status >= 200 && status < 400) return 'malformed'
  return KINDS[status] ?? (status >= 500 ? 'unavailable' : 'refused')
}

async function explanationIn(answer: Answer): Promise<string> {
  try {
    const body: unknown = JSON.parse((await readBounded(answer.body, MAX_ERROR_BYTES)).toString())
    const { errors } = body as { errors?: readonly { code?: unknown; message?: unknown }[] }
    const [first] = Array.isArray(errors) ? errors : []
    const parts = [first?.code, first?.message].filter((part) => typeof part === 'string')
    return printable(parts.join(': '))
  } catch {
    await answer.discard()
    return ''
  }
}

/** A registry may say anything; a terminal shall not obey it. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, MAX_MESSAGE)
}
