import type { BlobBackend, Place } from '../backend.ts'

/** Backends that were opened, by the key of their place; the one that was not used for longest goes first. */
export function rememberBackends(
  open: (place: Place) => Promise<BlobBackend>,
  max = 256,
): (place: Place) => Promise<BlobBackend> {
  const known = new Map<string, Promise<BlobBackend>>()
  return (place) => {
    const opened = known.get(place.key) ?? open(place)
    known.delete(place.key)
    known.set(place.key, opened)
    opened.catch(() => {
      if (known.get(place.key) === opened) known.delete(place.key)
    })
    const [oldest] = known.keys()
    if (known.size > max && oldest !== undefined) known.delete(oldest)
    return opened
  }
}
