/** What is wrong with a JSON text, in the words of Go's decoder, which is what policies see of it. */
export function describeFault(text: string, at: number, expected: string): string {
  const rest = text.slice(at)
  if (rest === '') return text.trim() === '' ? 'EOF' : 'unexpected EOF'
  const word = ['true', 'false', 'null'].find((each) => each[0] === rest[0])
  if (word !== undefined && expected === VALUE) return inLiteral(word, rest)
  if (rest.startsWith('"')) return inString(rest) ?? invalid(rest, expected)
  if (rest.startsWith('-') && expected === VALUE) {
    return rest.length === 1 ? 'unexpected EOF' : invalid(rest.slice(1), 'in numeric literal')
  }
  return invalid(rest, expected)
}

/** What a decoder was doing where it met the fault. */
export const VALUE = 'looking for beginning of value'
export const KEY = 'looking for beginning of object key string'

function invalid(rest: string, expected: string): string {
  const char = String.fromCodePoint(rest.codePointAt(0) ?? 0)
  const shown = char === "'" ? "\\'" : char
  return `invalid character '${shown}' ${expected}`
}

function inLiteral(word: string, rest: string): string {
  const wrong = Array.from(word).findIndex((char, i) => rest[i] !== char)
  if (rest.length <= wrong) return 'unexpected EOF'
  return invalid(rest.slice(wrong), `in literal ${word} (expecting '${word[wrong]}')`)
}

// eslint-disable-next-line no-control-regex -- control characters are what is refused
const GOOD = /^"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/

/** Undefined: the string itself is right. */
function inString(rest: string): string | undefined {
  const bad = rest.slice(GOOD.exec(rest)?.[0].length)
  if (bad.startsWith('"')) return undefined
  if (bad === '' || bad === '\\') return 'unexpected EOF'
  if (!bad.startsWith('\\')) return invalid(bad, 'in string literal')
  if (bad[1] !== 'u') return invalid(bad.slice(1), 'in string escape code')
  const after = bad.replace(/^\\u[0-9a-fA-F]{0,4}/, '')
  return after === '' ? 'unexpected EOF' : invalid(after, 'in \\u hexadecimal character escape')
}
