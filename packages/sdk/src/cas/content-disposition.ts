import { basename } from 'node:path'

/**
 * The file name of a Content-Disposition header (RFC 6266), reduced to a base name that cannot leave a
 * folder. Undefined when there is none that can be used.
 */
export function fileNameOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const extended = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(header)?.[1]
  const quoted = /filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(header)?.[1]
  const token = /filename\s*=\s*([^";\s]+)/i.exec(header)?.[1]
  const name = decode(extended) ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? token
  return name === undefined ? undefined : harmless(name)
}

function decode(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  try {
    return decodeURIComponent(value.trim())
  } catch {
    return undefined
  }
}

function harmless(name: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what has to go
  const base = basename(name.replaceAll('\\', '/')).replaceAll(/[\u0000-\u001f\u007f]/g, '')
  return base === '' || base === '.' || base === '..' ? undefined : base
}
