import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface GcsObject {
  readonly name: string
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
  readonly content: Buffer
}

export interface GcsServer extends AsyncDisposable {
  readonly url: string
  /** Of the bucket `one`. */
  readonly objects: ReadonlyMap<string, GcsObject>
  /** A key file of somebody who may write. */
  readonly credentials: string
}

interface GcsAnswer {
  readonly status: number
  readonly json: object
}

function refusal(code: number, message: string): GcsAnswer {
  return { status: code, json: { error: { code, message } } }
}

/** Multipart uploads and removals in the bucket `one`, of who signs tokens with the key of the key file. */
export async function startGcsServer(): Promise<GcsServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const objects = new Map<string, GcsObject>()
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()

  const server = createServer((request, response) => {
    void answerTo(request).then(
      ({ status, json }) =>
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(json)),
      // Whoever asked has gone in the middle of the request.
      () => response.destroy(),
    )
  }).listen(0, '127.0.0.1')

  async function answerTo(request: IncomingMessage): Promise<GcsAnswer> {
    const body = await buffer(request)
    const url = new URL(request.url ?? '', 'http://gcs.test')
    if (!isSigned(request.headers.authorization, pem)) return refusal(401, 'Invalid Credentials')
    const [, bucket, key = ''] = /\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? []
    if (bucket !== 'one') return refusal(404, 'The specified bucket does not exist.')
    if (request.method === 'POST') return upload(request, url, body)
    const isGone = request.method === 'DELETE' && objects.delete(decodeURIComponent(key))
    return isGone ? { status: 204, json: {} } : refusal(404, 'No such object')
  }

  function upload({ headers }: IncomingMessage, url: URL, body: Buffer): GcsAnswer {
    const isUpload = url.pathname === '/upload/storage/v1/b/one/o'
    const isMultipart = url.searchParams.get('uploadType') === 'multipart'
    const object = parse(headers['content-type'] ?? '', body)
    if (!isUpload || !isMultipart || !object) return refusal(400, 'Bad Request')
    objects.set(object.name, object)
    return { status: 200, json: { name: object.name, size: String(object.content.length) } }
  }

  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    objects,
    credentials: JSON.stringify({
      client_email: 'archive@tests.example',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

function isSigned(authorization: string | undefined, pem: string): boolean {
  const token = /^Bearer ([\w-]+\.[\w-]+)\.([\w-]+)$/.exec(authorization ?? '')
  if (!token) return false
  const [, signed = '', signature = ''] = token
  const { scope } = JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString())
  const isRight = verify(
    'sha256',
    Buffer.from(signed),
    createPublicKey(pem),
    Buffer.from(signature, 'base64url'),
  )
  return isRight && String(scope).includes('devstorage')
}

/** RFC 2387, as the documentation of Cloud Storage shows it: JSON, then the content. */
function parse(type: string, body: Buffer): GcsObject | undefined {
  const boundary = /^multipart\/related; boundary=(\S+)$/.exec(type)?.[1]
  if (boundary === undefined) return undefined
  const text = body.toString('latin1')
  const [, about, content] = text.split(`--${boundary}`)
  if (about === undefined || content === undefined || !text.endsWith(`--${boundary}--\r\n`)) return
  const bodyOf = (part: string): string => part.slice(part.indexOf('\r\n\r\n') + 4, -2)
  const { name, contentType, metadata } = JSON.parse(bodyOf(about))
  return { name, contentType, metadata, content: Buffer.from(bodyOf(content), 'latin1') }
}
