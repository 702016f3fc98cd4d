import type { Digest } from '../digest.ts'
import type { MaterialKind } from './material-kind.ts'

/** A piece of evidence as a run recorded it. */
export interface Material {
  /** Its name in the contract or the one given by the run; unique within the run. */
  readonly name: string
  readonly kind: MaterialKind
  readonly digest: Digest
  readonly what: MaterialContent
  /** Bytes; absent where there are none of our own to count (images). */
  readonly size?: number | undefined
  /** The bytes are in the artifact store. */
  readonly uploaded: boolean
  /** The bytes are in the statement: `what.content` of a file. */
  readonly inline: boolean
  /** It is a subject of the statement; never true for STRING. */
  readonly output: boolean
  readonly required: boolean
  readonly annotations: Readonly<Record<string, string>>
  readonly addedAt: Date
}

export type MaterialContent = StringContent | ImageContent | FileContent

export interface StringContent {
  readonly type: 'string'
  readonly value: string
}

export interface FileContent {
  readonly type: 'file'
  /** Base name of the file. */
  readonly filename: string
  /** Only when `inline`. */
  readonly content?: Uint8Array | undefined
  /** What an SBOM is about. */
  readonly mainComponent?: MainComponent | undefined
}

export interface ImageContent {
  readonly type: 'image'
  readonly image: ContainerImage
}

/** A container image, or a chart in a registry. */
export interface ContainerImage {
  /** Fully qualified repository, `index.docker.io/library/nginx`. */
  readonly repository: string
  readonly digest: Digest
  readonly tag?: string | undefined
  /** The reference is `latest`, or `latest` names the same digest. */
  readonly hasLatestTag: boolean
  readonly signature?: ImageSignature | undefined
  /** Of an image of several platforms: the digest above is that of its index. */
  readonly platforms?: readonly ImagePlatform[] | undefined
}

/** One of the images of an index. */
export interface ImagePlatform {
  /** `linux/arm64/v8` */
  readonly platform: string
  readonly digest: Digest
}

export interface ImageSignature {
  readonly provider: 'cosign' | 'notary'
  readonly digest: Digest
  /** Base64 of the signature's manifest. */
  readonly manifest: string
}

export interface MainComponent {
  readonly name: string
  readonly version: string
  /** Lower case: `container`, `application`, `library` … */
  readonly type: string
}
