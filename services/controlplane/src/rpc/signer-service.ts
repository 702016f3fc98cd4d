import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt'
import { readPublicKey } from '@chainloop/attestation/verify/public-key'
import { invalid } from '@chainloop/kit/errors'
import {
  type AddRequest,
  type DescribeRequest,
  SignerKind as KindNumber,
  SignerPurpose as PurposeNumber,
  type SignerSchema,
  type SignerService,
} from '@chainloop/proto/trust/v1/signer_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cursorPage, pageWithin } from '../pages.ts'
import { addSigner } from '../signers/add-signer.ts'
import type { AddSignerInput, SignerDeps } from '../signers/add-signer.ts'
import { describeSigner, listSigners } from '../signers/list-signers.ts'
import type { SignerReference } from '../signers/list-signers.ts'
import type { GivenMaterial } from '../signers/read-material.ts'
import { removeSigner } from '../signers/remove-signer.ts'
import type { Signer, SignerKind, SignerPurpose } from '../signers/signer.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'

const KIND_NUMBERS = {
  public_key: KindNumber.PUBLIC_KEY,
  certificate_chain: KindNumber.CERTIFICATE_CHAIN,
  fulcio: KindNumber.FULCIO,
} as const satisfies Record<SignerKind, KindNumber>

const PURPOSE_NUMBERS = {
  attestations: PurposeNumber.ATTESTATIONS,
  materials: PurposeNumber.MATERIALS,
} as const satisfies Record<SignerPurpose, PurposeNumber>

export function signerService(
  ctx: Pick<Context, 'db'> & SignerDeps,
): ServiceImpl<typeof SignerService> {
  return {
    add: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => ({
        signer: message(await addSigner(tx, actorOf(call), inputOf(req))),
      })),

    async list({ projectName, pagination }, call) {
      const all = await listSigners(ctx, actorOf(call), { projectName })
      const { items, nextCursor } = pageWithin(all, cursorPage(pagination))
      return { signers: items.map(message), pagination: { nextCursor } }
    },

    async describe(req, call) {
      return { signer: message(await describeSigner(ctx, actorOf(call), referenceOf(req))) }
    },

    remove: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await removeSigner(tx, actorOf(call), req)
        return {}
      }),
  }
}

function inputOf(req: AddRequest): AddSignerInput {
  const { allProjects, projectNames, notBefore, notAfter } = req
  if (allProjects && projectNames.length > 0) {
    throw invalid('a signer is for the projects named, or for all of them, not both')
  }
  return {
    name: req.name,
    material: materialOf(req),
    purpose: req.purpose === PurposeNumber.MATERIALS ? 'materials' : 'attestations',
    identity: req.identity,
    issuer: req.issuer,
    projectNames: allProjects ? undefined : projectNames,
    notBefore: notBefore && timestampDate(notBefore),
    notAfter: notAfter && timestampDate(notAfter),
  }
}

function materialOf({ material }: AddRequest): GivenMaterial {
  switch (material.case) {
    case 'publicKey':
      return { kind: 'public_key', bytes: material.value }
    case 'certificateChain':
      return { kind: 'certificate_chain', bytes: material.value }
    case 'fulcioRoot':
      return { kind: 'fulcio', bytes: material.value }
    default:
      throw invalid('a signer is a public key, a chain of certificates, or a Fulcio root')
  }
}

function referenceOf({ reference }: DescribeRequest): SignerReference {
  switch (reference.case) {
    case 'name':
      return { name: reference.value }
    case 'fingerprint':
      return { fingerprint: reference.value }
    default:
      throw invalid('name the signer, or the fingerprint of its key')
  }
}

function message(signer: Signer): MessageInitShape<typeof SignerSchema> {
  const { kind, material, notAfter } = signer
  return {
    id: signer.id,
    name: signer.name,
    kind: KIND_NUMBERS[kind],
    fingerprint: signer.fingerprint,
    purpose: PURPOSE_NUMBERS[signer.purpose],
    material: new Uint8Array(material),
    identity: signer.identity,
    issuer: signer.issuer,
    projectNames: (signer.projects ?? []).map(({ name }) => name),
    notBefore: timestampFromDate(signer.notBefore),
    ...(notAfter ? { notAfter: timestampFromDate(notAfter) } : {}),
    createdAt: timestampFromDate(signer.createdAt),
    algorithm:
      kind === 'public_key' ? readPublicKey(Buffer.from(material).toString()).algorithm : '',
  }
}
