import { readLines } from '@chainloop/attestation/materials/text-lines'
import { fromJson } from '@chainloop/rego/values/json'

import type { MaterialReader } from './read-material.ts'

/** So much of the text is kept as it is; what follows is in `objects` only. */
const MAX_RAW_LENGTH = 10 * 1024 * 1024

const BANNER = /^accesschk v(\d[\w.]*)\b/i
/** `  RW NT AUTHORITY\SYSTEM` */
const ACCESS = /^ {1,4}(RW|R | W) +(\S.*)$/
/** `  [0] ACCESS_ALLOWED_ACE_TYPE: BUILTIN\Users` */
const ENTRY = /^\s+\[\d+\] ((?:ACCESS|SYSTEM)_\w+_ACE_TYPE): *(.*)$/
const FLAG = /^\s+\[(\w+)\]\s*$/
const OWNER = /^\s+OWNER: *(.*)$/i
const RIGHT = /^\s{3,}([A-Z][A-Z0-9_]+)\s*$/

interface AclEntry {
  readonly type: string
  readonly account: string
  readonly flags: string[]
  readonly rights: string[]
}

interface AccessEntry {
  readonly account: string
  /** `R`, `W` or `RW`. */
  readonly access: string
  readonly rights: string[]
}

interface Listed {
  readonly name: string
  descriptor_flags?: string[]
  owner?: string
  dacl?: AclEntry[]
  sacl?: AclEntry[]
  readonly access_entries: AccessEntry[]
  readonly raw_lines: string[]
}

/** The objects of a listing with who may do what to them, and their security descriptors where `-l` has printed them. */
export const readAccesschk: MaterialReader = async (evidence) => {
  let version = ''
  const objects: Listed[] = []
  const raw: string[] = []
  let length = 0
  for await (const line of readLines('SYSINTERNALS_ACCESSCHK', evidence)) {
    length += line.length + 1
    if (length <= MAX_RAW_LENGTH) raw.push(line)
    const banner = BANNER.exec(line)?.[1]
    if (banner !== undefined) version = banner
    else if (/^\S/.test(line))
      objects.push({ name: line.trim(), access_entries: [], raw_lines: [] })
    else if (line.trim() !== '') describe(objects.at(-1), line)
  }
  const described = objects.filter(({ raw_lines }) => raw_lines.length > 0)
  return fromJson({ tool: { name: 'AccessChk', version }, objects: described, raw: raw.join('\n') })
}

function describe(object: Listed | undefined, line: string): void {
  if (!object) return
  object.raw_lines.push(line)
  for (const [pattern, add] of LINES) {
    const match = pattern.exec(line)
    if (!match) continue
    const [, first = '', second = ''] = match
    add(object, first, second.trim())
    return
  }
}

type Add = (object: Listed, first: string, second: string) => void

/** What each line adds; the first that fits. */
const LINES: readonly (readonly [RegExp, Add])[] = [
  [
    ENTRY,
    (object, type, account) => {
      const isAudit = type.startsWith('SYSTEM')
      const list = isAudit ? (object.sacl ??= []) : (object.dacl ??= [])
      list.push({ type, account, flags: [], rights: [] })
    },
  ],
  [
    ACCESS,
    ({ access_entries: entries }, access, account) =>
      entries.push({ account, access: access.trim(), rights: [] }),
  ],
  [OWNER, (object, owner) => (object.owner = owner.trim())],
  // Flags belong to the entry above them, flags without one to the descriptor.
  [
    FLAG,
    (object, flag) => (lastEntry(object)?.flags ?? (object.descriptor_flags ??= [])).push(flag),
  ],
  [
    RIGHT,
    (object, right) => (lastEntry(object) ?? object.access_entries.at(-1))?.rights.push(right),
  ],
]

function lastEntry({ dacl, sacl }: Listed): AclEntry | undefined {
  return (sacl ?? dacl)?.at(-1)
}
