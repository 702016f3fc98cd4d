export interface Group {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly description: string
  readonly memberCount: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Exactly one of the two. */
export interface GroupReference {
  readonly id?: string | undefined
  readonly name?: string | undefined
}

export interface GroupMember {
  readonly user: {
    readonly id: string
    readonly email: string
    readonly firstName: string
    readonly lastName: string
  }
  readonly maintainer: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
}
