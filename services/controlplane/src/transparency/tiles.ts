import { notFound } from '@chainloop/kit/errors'

import type { Db } from '../db/db.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import * as entries from './entry-repo.ts'

/** Where a tile lies (C2SP tlog-tiles): 256 hashes of one level in eight, or the entries below a tile of level 0. */
export interface TileAddress {
  readonly level: number | 'entries'
  readonly index: number
  /** 256 of a full one. */
  readonly width: number
}

const WIDTH = 256
const HEIGHT = 8
const MAX_LEVEL = 6
const ADDRESS = /^([0-6]|entries)\/((?:x\d{3}\/){0,3})(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** `0/x001/234.p/7` or `entries/067`; undefined for what is no address. */
export function parseTileAddress(path: string): TileAddress | undefined {
  const [, level, groups = '', last = '', partial] = ADDRESS.exec(path) ?? []
  if (level === undefined) return undefined
  const index = Number(groups.replaceAll(/[x/]/g, '') + last)
  const width = partial === undefined ? WIDTH : Number(partial)
  const isShortest = !groups.startsWith('x000/')
  const isRightWidth = partial === undefined || width < WIDTH
  if (!isShortest || !isRightWidth) return undefined
  return { level: level === 'entries' ? level : Number(level), index, width }
}

/** The bytes of a tile of the signed tree. Throws `notFound` for what is not in it. */
export async function readTile(db: Db, log: logs.Log, address: TileAddress): Promise<Buffer> {
  const { level, index, width } = address
  const nodeLevel = level === 'entries' ? 0 : level * HEIGHT
  const first = index * WIDTH
  const complete = Math.floor(log.size / 2 ** nodeLevel)
  if (nodeLevel > MAX_LEVEL * HEIGHT || first + width > complete)
    throw notFound('tile', 'that is signed')
  if (level === 'entries') return entryBundle(db, log, { first, width })
  const positions = Array.from({ length: width }, (_, offset) => first + offset)
  const nodes = await logs.nodes(
    db,
    log,
    positions.map((position) => ({ level: nodeLevel, position })),
  )
  return Buffer.concat(nodes.map(({ hash }) => hash))
}

/** Each entry after its length, a big-endian uint16. */
async function entryBundle(
  db: Db,
  { organizationId, id }: logs.Log,
  { first, width }: { readonly first: number; readonly width: number },
): Promise<Buffer> {
  const found = await entries.readFrom(db, { organizationId, first, limit: width })
  if (found.length < width) throw new Error(`log ${id} has lost entry ${first + found.length}`)
  return Buffer.concat(
    found.flatMap(({ body }) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(body.length)
      return [length, body]
    }),
  )
}
