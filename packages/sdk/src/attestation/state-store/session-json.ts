import type { Material } from '@chainloop/attestation/materials/material'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'

import type { Session } from '../session.ts'

/** The file does not hold a session that this version wrote. */
export class BrokenState extends Error {
  override readonly name = 'BrokenState'
}

const FORMAT = 'chainloop.attestation/1'

export function sessionToJson(session: Session): string {
  return `${JSON.stringify({ format: FORMAT, ...session }, encode, 2)}\n`
}

/** Bytes as base64; dates are RFC 3339 by themselves. */
function encode(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array) && !isBufferJson(value)) return value
  return Buffer.from(value instanceof Uint8Array ? value : value.data).toString('base64')
}

/** What `Buffer.toJSON` has made before the replacer sees it. */
function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  if (typeof value !== 'object' || value === null) return false
  return 'type' in value && value.type === 'Buffer' && 'data' in value && Array.isArray(value.data)
}

/** Throws `BrokenState`. `origin` is named in the message. */
export function sessionFromJson(text: string, origin: string): Session {
  const { format, ...session } = parse(text, origin)
  if (format !== FORMAT) {
    throw new BrokenState(`${origin} is not the state of an attestation of this version`)
  }
  try {
    return revive(session as unknown as Written)
  } catch (cause) {
    throw new BrokenState(`${origin} is damaged`, { cause })
  }
}

function parse(text: string, origin: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw new BrokenState(`${origin} is damaged: it is not JSON`, { cause })
  }
  throw new BrokenState(`${origin} is damaged: it is not an object`)
}

/** What JSON makes of a type: dates and bytes become strings. */
type Jsonified<T> = T extends Date | Uint8Array
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Jsonified<T[K]> }
    : T
type Written = Jsonified<Session>

function revive(written: Written): Session {
  const { state, runToken, unanswered, dashboardUrl } = written
  return {
    dashboardUrl,
    state: reviveState(state),
    ...(runToken && { runToken: { ...runToken, expiresAt: date(runToken.expiresAt) } }),
    ...(unanswered && { unanswered: { ...unanswered, bundle: bytes(unanswered.bundle) } }),
  }
}

function reviveState(state: Jsonified<CraftingState>): CraftingState {
  const { head, finishedAt } = state
  return {
    ...(state as unknown as CraftingState),
    initializedAt: date(state.initializedAt),
    materials: state.materials.map(reviveMaterial),
    ...(finishedAt !== undefined && { finishedAt: date(finishedAt) }),
    ...(head && { head: { ...head, date: date(head.date) } }),
  }
}

function reviveMaterial(material: Jsonified<Material>): Material {
  const { what, ...rest } = material
  const addedAt = date(material.addedAt)
  if (what.type !== 'file' || what.content === undefined) {
    return { ...(rest as unknown as Material), what: what as Material['what'], addedAt }
  }
  return {
    ...(rest as unknown as Material),
    what: { ...what, content: bytes(what.content) },
    addedAt,
  }
}

function date(text: string): Date {
  const value = new Date(text)
  if (Number.isNaN(value.getTime())) throw new TypeError(`not a time: ${text}`)
  return value
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
