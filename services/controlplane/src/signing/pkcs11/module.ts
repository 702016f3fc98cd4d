import { KeyUnavailable } from '@chainloop/keys/signing-key'
import koffi from 'koffi'
import type { LibraryHandle } from 'koffi'

/** Functions of a PKCS #11 module (OASIS, version 2.40) that finding a key and signing with it need. */
export interface Pkcs11Module {
  /** Answers when the module does; rejects with `KeyUnavailable` unless that is CKR_OK or `also`. */
  call(name: FunctionName, args: readonly unknown[], also?: number): Promise<void>
  /** Calls that belong together: a session does one thing at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
}

const SIGNATURES = {
  C_Initialize: 'ulong C_Initialize(void *args)',
  C_GetSlotList: 'ulong C_GetSlotList(uint8 present, void *slots, void *count)',
  C_GetTokenInfo: 'ulong C_GetTokenInfo(ulong slot, void *info)',
  C_OpenSession:
    'ulong C_OpenSession(ulong slot, ulong flags, void *app, void *notify, void *session)',
  C_Login: 'ulong C_Login(ulong session, ulong user, void *pin, ulong length)',
  C_FindObjectsInit: 'ulong C_FindObjectsInit(ulong session, void *template, ulong count)',
  C_FindObjects: 'ulong C_FindObjects(ulong session, void *objects, ulong max, void *count)',
  C_FindObjectsFinal: 'ulong C_FindObjectsFinal(ulong session)',
  C_GetAttributeValue:
    'ulong C_GetAttributeValue(ulong session, ulong object, void *template, ulong count)',
  C_SignInit: 'ulong C_SignInit(ulong session, void *mechanism, ulong key)',
  C_Sign: 'ulong C_Sign(ulong session, void *data, ulong length, void *signature, void *size)',
} as const

type FunctionName = keyof typeof SIGNATURES

const CKR_OK = 0
const CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191
/** Of a CK_ULONG and of a pointer, where structures are not packed: everywhere but on Windows. */
export const WORD_BYTES = 8

const loaded = new Map<string, Promise<Pkcs11Module>>()

/** Loaded and initialized once in a process, as the standard has it. */
export function loadModule(path: string): Promise<Pkcs11Module> {
  const known = loaded.get(path)
  if (known) return known
  const module = initialized(path)
  loaded.set(path, module)
  return module
}

async function initialized(path: string): Promise<Pkcs11Module> {
  if (koffi.sizeof('ulong') !== WORD_BYTES) {
    throw new KeyUnavailable('PKCS #11 modules are used on 64-bit Linux and macOS only')
  }
  const module = openLibrary(path)
  await module.call('C_Initialize', [null], CKR_CRYPTOKI_ALREADY_INITIALIZED)
  return module
}

function openLibrary(path: string): Pkcs11Module {
  const library = load(path)
  let last: Promise<unknown> = Promise.resolve()
  return {
    async call(name, args, also) {
      const code = await answerOf(library.func(SIGNATURES[name]), args)
      if (code === CKR_OK || code === also) return
      throw new KeyUnavailable(`the PKCS #11 module answered ${name} with 0x${code.toString(16)}`)
    },
    exclusively(work) {
      const done = last.then(work)
      last = done.catch(() => undefined)
      return done
    },
  }
}

function load(path: string): LibraryHandle {
  try {
    return koffi.load(path)
  } catch (cause) {
    throw new KeyUnavailable(`${path} is no PKCS #11 module that can be loaded`, { cause })
  }
}

/** In a thread of its own: a hardware module may take its time. */
function answerOf(
  run: ReturnType<LibraryHandle['func']>,
  args: readonly unknown[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    run.async(...args, (problem: unknown, code: unknown) => {
      if (problem) reject(problem)
      else resolve(Number(code))
    })
  })
}
