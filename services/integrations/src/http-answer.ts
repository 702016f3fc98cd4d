export * from '@chainloop/plugin-sdk/http-answer'
