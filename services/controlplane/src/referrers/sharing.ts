/** What two organizations have said about finding each other's graphs, as one of them sees it. */
export interface Sharing {
  /** The other one. */
  readonly organizationId: string
  /** Empty until the other one has asked as well. */
  readonly organizationName: string
  /** Asked by this one only, by the other one only, by both. */
  readonly state: 'requested' | 'offered' | 'active'
  readonly createdAt: Date
}
