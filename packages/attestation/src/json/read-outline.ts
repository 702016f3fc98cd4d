import { InvalidJson, placeOf } from './parse-json.ts'
import type { TextPlace } from './parse-json.ts'
import { MAX_ITEM_LENGTH, within } from './read-json-list.ts'

export interface OutlineRules {
  /** Which lists are read item by item: names of members, `*` for every item of a list. */
  readonly list: readonly string[]
  readonly visit: (item: OutlineItem) => void
  /** Sees how many characters of the outline there are, after each piece of the text. */
  readonly onLength: (length: number) => void
}

export interface OutlineItem {
  /** Not parsed, and perhaps no JSON. */
  readonly text: string
  /** Where the text begins. */
  readonly place: TextPlace
  /** The index for each `*`, and that of the item in its list. */
  readonly indices: readonly number[]
}

/** A document whose long lists are empty. */
export interface Outline {
  readonly text: string
  /** A place in the outline, in the document. */
  readonly locate: (place: TextPlace) => TextPlace
}

/** Takes the items of lists out of a JSON document as it streams by; what is left is as malformed as the document. */
export async function readOutline(
  chunks: AsyncIterable<string>,
  rules: OutlineRules,
): Promise<Outline> {
  const scan: Scan = { stack: [], inString: false, escaped: false, key: '', item: undefined }
  const outline: Taken = { text: '', place: { line: 1, column: 1 }, cuts: [] }
  for await (const chunk of chunks) {
    take(scan, outline, { chunk, rules })
    rules.onLength(outline.text.length)
  }
  // The document ends within a list.
  if (scan.item) cut(outline)
  return { text: outline.text, locate: (place) => locate(outline, place) }
}

interface Scan {
  readonly stack: Frame[]
  inString: boolean
  escaped: boolean
  /** The first characters of the current string; longer than any name in `list`, it is none of them. */
  key: string
  /** Set within a list whose items are taken out. */
  item: Item | undefined
}

interface Frame {
  readonly type: 'object' | 'array'
  /** Of the member that is being read. */
  name: string
  index: number
}

interface Item {
  text: string
  place: TextPlace
  depth: number
  index: number
}

interface Taken {
  text: string
  /** In the document, behind what was taken. */
  place: TextPlace
  /** Where items were taken out: the offset in the outline and the place in the document of what follows them. */
  readonly cuts: { readonly offset: number; readonly place: TextPlace }[]
}

interface Piece {
  readonly chunk: string
  readonly rules: OutlineRules
}

function take(scan: Scan, outline: Taken, { chunk, rules }: Piece): void {
  let from = 0
  for (let at = 0; at < chunk.length; at += 1) {
    const character = chunk[at] ?? ''
    const wasItem = scan.item
    if (wasItem) {
      if (!endsItem(scan, wasItem, character)) continue
      wasItem.text += move(outline, chunk.slice(from, at))
      finishItem(scan, wasItem, { rules, last: character === ']' })
      from = at
      if (character === ']') {
        cut(outline)
        scan.item = undefined
        scan.stack.pop()
        continue
      }
      move(outline, character)
      wasItem.place = outline.place
      from = at + 1
    } else if (opensList(scan, character, rules.list)) {
      outline.text += move(outline, chunk.slice(from, at + 1))
      from = at + 1
      scan.item = { text: '', place: outline.place, depth: 0, index: 0 }
    }
    assertDepth(scan, () => within(outline.place, placeOf(chunk.slice(from), at - from)))
  }
  const rest = move(outline, chunk.slice(from))
  if (!scan.item) outline.text += rest
  else if ((scan.item.text += rest).length > MAX_ITEM_LENGTH)
    throw new InvalidJson(`an item of more than ${MAX_ITEM_LENGTH} characters`, scan.item.place)
}

/** Nobody could parse what is left. */
function assertDepth({ stack }: Scan, place: () => TextPlace): void {
  if (stack.length > MAX_DEPTH)
    throw new InvalidJson(`nested deeper than ${MAX_DEPTH} levels`, place())
}

const MAX_DEPTH = 256

function move(outline: Taken, text: string): string {
  outline.place = within(outline.place, placeOf(text, text.length))
  return text
}

/** What is taken from here on has a place of its own. */
function cut({ cuts, text, place }: Taken): void {
  cuts.push({ offset: text.length, place })
}

/** The character ends the item, as a comma or the end of its list. */
function endsItem(scan: Scan, item: Item, character: string): boolean {
  if (inString(scan, character)) return false
  if (item.depth === 0 && (character === ',' || character === ']')) return true
  if (character === '{' || character === '[') item.depth += 1
  else if (character === '}' || character === ']') item.depth -= 1
  return false
}

function finishItem(
  scan: Scan,
  item: Item,
  { rules, last }: { readonly rules: OutlineRules; readonly last: boolean },
): void {
  const indices = scan.stack.filter(({ type }) => type === 'array').map(({ index }) => index)
  indices[indices.length - 1] = item.index
  // Only an empty list has nothing before its end.
  const empty = last && item.index === 0 && item.text.trim() === ''
  if (!empty) rules.visit({ text: item.text, place: item.place, indices })
  item.text = ''
  item.index += 1
}

/** Follows the structure of the document; true at the bracket of a list whose items are taken out. */
function opensList(scan: Scan, character: string, list: readonly string[]): boolean {
  if (inString(scan, character)) return false
  if (character === '{' || character === '[') {
    const opens = character === '[' && isAt(scan.stack, list)
    scan.stack.push({ type: character === '{' ? 'object' : 'array', name: '', index: 0 })
    return opens
  }
  if (character === '}' || character === ']') scan.stack.pop()
  else followMembers(scan, character)
  return false
}

function followMembers({ stack, key }: Scan, character: string): void {
  const top = stack.at(-1)
  if (!top) return
  if (character === ':') top.name = key
  if (character === ',') top.index += 1
}

function isAt(stack: readonly Frame[], list: readonly string[]): boolean {
  if (stack.length !== list.length) return false
  return stack.every(({ type, name }, index) =>
    type === 'array' ? list[index] === '*' : list[index] === name,
  )
}

const MAX_KEY_LENGTH = 64

/** The character is one of a string, its quotes among them. */
function inString(scan: Scan, character: string): boolean {
  if (!scan.inString) {
    if (character !== '"') return false
    scan.inString = true
    scan.key = ''
    return true
  }
  if (scan.escaped) scan.escaped = false
  else if (character === '\\') scan.escaped = true
  else if (character === '"') scan.inString = false
  if (scan.inString && scan.key.length < MAX_KEY_LENGTH) scan.key += character
  return true
}

function locate({ text, cuts }: Taken, place: TextPlace): TextPlace {
  const offset = offsetOf(text, place)
  const last = cuts.findLast((one) => one.offset <= offset)
  return last ? within(last.place, placeOf(text.slice(last.offset), offset - last.offset)) : place
}

function offsetOf(text: string, { line, column }: TextPlace): number {
  let start = 0
  for (let left = line; left > 1; left -= 1) start = text.indexOf('\n', start) + 1
  return start + column - 1
}
