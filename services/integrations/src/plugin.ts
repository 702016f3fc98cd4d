export type * from '@chainloop/plugin-sdk/delivery'
export * from '@chainloop/plugin-sdk/plugin'
