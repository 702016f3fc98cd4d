import { canonicalJson } from '../json/canonical-json.ts'
import type { JsonValue } from '../json/json-value.ts'
import { InvalidJson, parseJson } from '../json/parse-json.ts'
import { countAt, member, Misshapen, optional, root, stringAt, textAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'

export const RUN_EVENTS = ['opened', 'succeeded', 'failed', 'canceled', 'expired'] as const
export type RunEventName = (typeof RUN_EVENTS)[number]

interface Named {
  readonly id: string
  readonly name: string
}

/** What happened to a run, as the log of its organization tells it. */
export interface RunEvent {
  readonly event: RunEventName
  readonly organization: Named
  readonly project: Named
  readonly workflow: Named
  readonly run: string
  /** Of the project. */
  readonly version: string
  readonly contract: Named & { readonly revision: number; readonly digest: string }
  /** `sha256:<hex>` of the bundle; of runs that succeeded. */
  readonly attestation?: string | undefined
  /** RFC 3339. */
  readonly at: string
}

/** An event with its number in its workflow: from 1, without gaps. */
export interface NumberedRunEvent extends RunEvent {
  readonly sequence: number
}

const KIND = 'RunEvent'
const API_VERSION = 'chainloop.dev/v1'

/** Not the entry of an event. */
export class InvalidRunEvent extends Error {
  override readonly name = 'InvalidRunEvent'
}

/** The canonical bytes of an entry; docs/transparency.md shows one. */
export function runEventEntry(event: object, sequence: number): Uint8Array<ArrayBuffer> {
  return canonicalJson({ apiVersion: API_VERSION, kind: KIND, spec: { ...event, sequence } })
}

/** Undefined for an entry of another kind. Throws `InvalidRunEvent`. */
export function readRunEvent(body: Uint8Array): NumberedRunEvent | undefined {
  try {
    const entry = root(parseJson(body))
    if (stringAt(member(entry, 'kind')) !== KIND) return undefined
    return eventAt(member(entry, 'spec'))
  } catch (cause) {
    if (!(cause instanceof Misshapen) && !(cause instanceof InvalidJson)) throw cause
    throw new InvalidRunEvent(`not the entry of an event: ${cause.message}`, { cause })
  }
}

function eventAt(place: Place): NumberedRunEvent {
  const contract = member(place, 'contract')
  return {
    event: nameAt(member(place, 'event')),
    organization: namedAt(member(place, 'organization')),
    project: namedAt(member(place, 'project')),
    workflow: namedAt(member(place, 'workflow')),
    run: textAt(member(place, 'run')),
    version: stringAt(member(place, 'version')),
    contract: {
      ...namedAt(contract),
      revision: countAt(member(contract, 'revision')),
      digest: stringAt(member(contract, 'digest')),
    },
    attestation: optional(member(place, 'attestation'), textAt),
    at: textAt(member(place, 'at')),
    sequence: countAt(member(place, 'sequence')),
  }
}

function nameAt(place: Place): RunEventName {
  const found = RUN_EVENTS.find((name) => name === stringAt(place))
  if (found === undefined)
    throw new Misshapen(place.path, `is ${shown(place.value)}, which is no event`)
  return found
}

function namedAt(place: Place): Named {
  return { id: textAt(member(place, 'id')), name: stringAt(member(place, 'name')) }
}

function shown(value: JsonValue | undefined): string {
  return JSON.stringify(value) ?? 'missing'
}
