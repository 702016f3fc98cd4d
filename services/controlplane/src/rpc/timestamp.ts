import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt'

/** For a field that may be left out: `...at('finishedAt', run.finishedAt)`. */
export function at<const N extends string>(
  name: N,
  date: Date | undefined,
): { readonly [K in N]?: Timestamp } {
  return date === undefined ? {} : ({ [name]: timestampFromDate(date) } as { [K in N]: Timestamp })
}
