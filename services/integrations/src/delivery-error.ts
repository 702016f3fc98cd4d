export * from '@chainloop/plugin-sdk/delivery-error'
