/** A pool behind volume types as Cinder's scheduler knows it. Sizes in GiB, with replication already taken off (Ceph's MAX AVAIL). */
export interface StoragePool {
  /** host@backend#pool */
  readonly name: string;
  /** The pool itself: two backends may report the same one. For Ceph: cluster id and pool. */
  readonly place: string;
  /** volume_backend_name, by which types choose it; null where it has none. */
  readonly backend: string | null;
  /** null: unknown or infinite, for this and what follows. */
  readonly totalGiB: number | null;
  readonly freeGiB: number | null;
  /** Sum of the sizes of its volumes. */
  readonly provisionedGiB: number | null;
  /** How many times the total may be provisioned (max_over_subscription_ratio), where it provisions thin. */
  readonly overSubscription: number | null;
}
