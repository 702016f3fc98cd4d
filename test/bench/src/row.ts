/** One line of the table: a measurement and, from the same run, what it is compared with. */
export interface Row {
  /** What was measured, with its size: `CAS upload, 1 GiB`. */
  readonly what: string
  readonly measured: Quantity
  /** What the baseline is: `hash and copy a file`. */
  readonly baseline: string
  readonly reference: Quantity
  /** `measured / reference` is better when it is… */
  readonly better: 'higher' | 'lower'
  readonly note?: string
}

export interface Quantity {
  readonly value: number
  /** `MB/s`, `MiB`, `ms`, `/s`. */
  readonly unit: string
}

export type Measurement = () => Promise<readonly Row[]>
