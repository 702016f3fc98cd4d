import type { ContainerImage } from './material.ts'

/** What somebody wants to record: bytes that can be read more than once, and nothing about where they are. */
export interface Evidence {
  /** Base name of the file. For STRING the value itself decides, for images the reference. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  open(): AsyncIterable<Uint8Array>
  /** STRING: the text. CONTAINER_IMAGE: the reference as it was typed. */
  readonly value?: string | undefined
  /** CONTAINER_IMAGE, and HELM_CHART in a registry: what the caller's registry client resolved the reference to. */
  readonly image?: ContainerImage | undefined
}
