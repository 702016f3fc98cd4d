import type { ContractDetails } from '@chainloop/sdk/model/contract'

/** A revision, or one that does not exist yet. */
export type Side = Pick<ContractDetails, 'body' | 'pins'> & { readonly label: string }

type Text = Pick<Side, 'body' | 'label'>

export interface PinChange {
  readonly location: string
  /** Empty: it was not referred to. */
  readonly before: string
  /** Empty: it is not referred to any more. */
  readonly after: string
}

export interface Differences {
  /** Unified, as patches are. Empty: the texts are the same. */
  readonly text: string
  readonly pins: readonly PinChange[]
}

export async function differences(before: Side, after: Side): Promise<Differences> {
  return { text: await textDifference(before, after), pins: pinChanges(before, after) }
}

/** Unified, as patches are. Empty: they are the same. */
export async function textDifference(before: Text, after: Text): Promise<string> {
  if (before.body === after.body) return ''
  const { createTwoFilesPatch } = await import('diff')
  return createTwoFilesPatch(before.label, after.label, before.body, after.body)
    .split('\n')
    .filter((line) => !/^=+$/.test(line))
    .join('\n')
}

function pinChanges(before: Side, after: Side): PinChange[] {
  const digests = ({ pins }: Side) =>
    new Map<string, string>(pins.map((pin) => [pin.location, pin.digest]))
  const [old, now] = [digests(before), digests(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((location) => ({
      location,
      before: old.get(location) ?? '',
      after: now.get(location) ?? '',
    }))
    .filter((change) => change.before !== change.after)
}
