/**
 * The statement that tells the server who acts, up to the end of the transaction: the functions `current_user_id()` and
 * `current_actor()` of schema/ read these settings. It returns no row: no caller reads one.
 */
export class ActorStatement {
  readonly name = 'norberts_spark.actor'
  readonly sql = SET_ACTOR
  readonly readOnly = true
  readonly prepared: boolean
  readonly values: readonly [userId: string, actor: string]

  /**
   * @param userId '' for none.
   * @param actor JSON; '' for none.
   * @param prepared whether connections keep it prepared.
   */
  constructor(userId: string, actor: string, prepared: boolean) {
    this.values = [userId, actor]
    this.prepared = prepared
  }

  /** The actor in the options of a call. Only a view of the database puts one there: callers pass options of their own. */
  static in(options: { readonly actor?: unknown } | undefined): ActorStatement | undefined {
    const actor = options?.actor
    return actor instanceof ActorStatement ? actor : undefined
  }

  /** The same statement, which takes the actor away. */
  get reset(): ActorStatement {
    return new ActorStatement('', '', this.prepared)
  }
}

/** A condition on set_config() is evaluated although it is never true: the function is volatile. */
const SET_ACTOR = `select where pg_catalog.concat(
  pg_catalog.set_config('norberts_spark.user_id', $1, true), pg_catalog.set_config('norberts_spark.actor', $2, true)) is null`
