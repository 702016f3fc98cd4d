import { X509Certificate } from '@sigstore/core'
import { TrustedRoot } from '@sigstore/protobuf-specs'

import { InvalidJson, parseJson } from '../json/parse-json.ts'
import {
  Misshapen,
  isPresent,
  member,
  optionalItemsAt,
  root,
  stringAt,
  textAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { isForTimeStamping } from './certificate-purpose.ts'
import { VerificationFailed } from './verification.ts'

/** Whom to believe, and when: a Sigstore trusted root that was looked through. */
export interface TrustRoot {
  readonly root: TrustedRoot
  /** A signature then needs the proof of a transparency log. */
  readonly listsLogs: boolean
  /** Names (DER) of the authorities whose documents list CT logs: their certificates need a timestamp of one. */
  readonly ctLogged: readonly Buffer[]
  readonly listsTimestampAuthorities: boolean
}

/** Reads `trusted_root.json`. Every authority must say since when it is to be believed. */
export function parseTrustRoot(bytes: Uint8Array): TrustRoot {
  try {
    const json = parseJson(bytes)
    assertRoot(root(json))
    const trusted = TrustedRoot.fromJSON(json)
    assertTimestampAuthorities(trusted)
    return {
      root: trusted,
      listsLogs: trusted.tlogs.length > 0,
      ctLogged: trusted.ctlogs.length > 0 ? authorityNames(trusted) : [],
      listsTimestampAuthorities: trusted.timestampAuthorities.length > 0,
    }
  } catch (cause) {
    if (cause instanceof VerificationFailed) throw cause
    const known = cause instanceof Misshapen || cause instanceof InvalidJson
    const problem = known ? cause.message : 'it holds a key or certificate that cannot be read'
    throw new VerificationFailed('trust_root_malformed', `not a trusted root: ${problem}`, {
      cause,
    })
  }
}

/**
 * Whom any of them lists, together with everything that any of them asks for; of the certificates of an authority what its
 * own document asks for.
 */
export function mergeTrustRoots(roots: readonly TrustRoot[]): TrustRoot {
  const [first = EMPTY_TRUST_ROOT, ...more] = roots
  return more.reduce((all, { root: next, ...lists }) => {
    const { root: trusted } = all
    return {
      root: {
        ...trusted,
        tlogs: [...trusted.tlogs, ...next.tlogs],
        ctlogs: [...trusted.ctlogs, ...next.ctlogs],
        certificateAuthorities: [...trusted.certificateAuthorities, ...next.certificateAuthorities],
        timestampAuthorities: [...trusted.timestampAuthorities, ...next.timestampAuthorities],
      },
      listsLogs: all.listsLogs || lists.listsLogs,
      ctLogged: [...all.ctLogged, ...lists.ctLogged],
      listsTimestampAuthorities: all.listsTimestampAuthorities || lists.listsTimestampAuthorities,
    }
  }, first)
}

/** A root that trusts nobody, for signatures that are verified with a given key. */
export const EMPTY_TRUST_ROOT: TrustRoot = {
  root: TrustedRoot.fromJSON({}),
  listsLogs: false,
  ctLogged: [],
  listsTimestampAuthorities: false,
}

function assertRoot(place: Place): void {
  const mediaType = member(place, 'mediaType')
  if (!MEDIA_TYPE.test(stringAt(mediaType))) {
    throw new Misshapen(
      mediaType.path,
      `is ${JSON.stringify(mediaType.value)}, which is not supported`,
    )
  }
  for (const name of ['certificateAuthorities', 'timestampAuthorities']) {
    optionalItemsAt(member(place, name)).forEach(assertWindow)
  }
  for (const name of ['tlogs', 'ctlogs']) {
    for (const log of optionalItemsAt(member(place, name))) assertWindow(member(log, 'publicKey'))
  }
}

const MEDIA_TYPE =
  /^application\/vnd\.dev\.sigstore\.trustedroot(\+json;version=0\.[12]|\.v0\.[12]\+json)$/

function assertWindow(authority: Place): void {
  const window = member(authority, 'validFor')
  assertTime(member(window, 'start'))
  const end = member(window, 'end')
  if (isPresent(end)) assertTime(end)
}

function assertTime(place: Place): void {
  if (Number.isNaN(Date.parse(textAt(place)))) throw new Misshapen(place.path, 'is not a time')
}

function authorityNames({ certificateAuthorities }: TrustedRoot): Buffer[] {
  return certificateAuthorities.flatMap(({ certChain }) =>
    (certChain?.certificates ?? []).map(
      ({ rawBytes }) => X509Certificate.parse(Buffer.from(rawBytes)).subject,
    ),
  )
}

function assertTimestampAuthorities({ timestampAuthorities }: TrustedRoot): void {
  for (const { certChain, uri } of timestampAuthorities) {
    const [leaf] = certChain?.certificates ?? []
    if (!leaf || !isForTimeStamping(X509Certificate.parse(Buffer.from(leaf.rawBytes)))) {
      throw new VerificationFailed(
        'trust_root_malformed',
        `not a trusted root: the certificate of the timestamp authority ${uri} is not for timestamping alone`,
      )
    }
  }
}
