import { startFaultProxy } from '../../testing/storage/fault-proxy.ts'
import { makeBucket, serviceAccount } from '../../testing/storage/gcs-buckets.ts'
import { openTroubled } from '../../testing/storage/trouble.ts'
import { describeFaults } from '../fault-contract.ts'
import { gcsProvider } from './gcs.ts'

const given = process.env['TEST_GCS_URL']

describeFaults('Google Cloud Storage', {
  busy: [503, 429],
  open:
    given === undefined
      ? undefined
      : () =>
          openTroubled(async (_stack, deps) => {
            const proxy = await startFaultProxy(given)
            const location = `${proxy.url}/${await makeBucket(given)}`
            return { provider: gcsProvider(deps), proxy, location, credentials: serviceAccount() }
          }),
})
