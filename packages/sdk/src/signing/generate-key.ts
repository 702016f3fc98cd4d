export { generateCosignKeyPair } from '@chainloop/keys/cosign-key'
