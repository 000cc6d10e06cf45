import type { Connection } from '../connection/index.ts'
import type { Statement } from './statement.ts'

/** A statement, and its form for actors: under row security no index serves operators that may leak values. */
export interface ActorForms<Input = never, Row = unknown> {
  readonly plain: Statement<Input, Row>
  readonly forActor: Statement<Input, Row>
}

/** The form of a statement for the calls of a connection. */
export function formFor<Input, Row>(
  { hasActor }: Connection,
  { plain, forActor }: ActorForms<Input, Row>,
): Statement<Input, Row> {
  return hasActor ? forActor : plain
}
