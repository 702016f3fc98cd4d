/** How far something has come that others wait for. */
export interface Mark {
  advance(count: number): void
  /** With a failure, whoever waits hears it. */
  end(failure?: { readonly cause: unknown }): void
  ended(): boolean
  /** Waits until `count` is reached, or the end; gives the smaller of `count` and where it is. */
  reached(count: number): Promise<number>
}

interface State {
  at: number
  ended: boolean
  failure: { readonly cause: unknown } | undefined
  changed: PromiseWithResolvers<void>
}

export function createMark(): Mark {
  const state: State = {
    at: 0,
    ended: false,
    failure: undefined,
    changed: Promise.withResolvers(),
  }

  function change(news: Partial<State>): void {
    const { changed } = state
    Object.assign(state, news, { changed: Promise.withResolvers() })
    changed.resolve()
  }

  return {
    advance: (count) => change({ at: state.at + count }),
    end: (failure) => change({ ended: true, failure }),
    ended: () => state.ended,
    async reached(count) {
      while (state.at < count && !state.ended) await state.changed.promise
      if (state.failure) throw state.failure.cause
      return Math.min(count, state.at)
    },
  }
}
