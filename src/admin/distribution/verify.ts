import type pg from 'pg'
import type { Difference, SchemaState } from '../snapshot/index.ts'
import { planDistribution } from './plan.ts'
import { isMissingOnNodes } from './row-security.ts'
import { DELEGATED_FUNCTIONS, PLAN_CACHE_MODE, readCitus } from './state.ts'
import { replacesUserKey } from './user-keys.ts'

/** The missing parts of the distribution of a database; none in a database that is not distributed. */
export async function differencesOfDistribution(
  client: pg.ClientBase,
  namespace: string,
): Promise<Difference[]> {
  const state = await readCitus(client, namespace)
  if (!state || ![...state.tables.values()].includes('distributed')) return []
  const statements = await planDistribution(client, namespace, state)
  return statements.length === 0
    ? []
    : [
        {
          object: 'distribution',
          fact: '`norberts-spark-db distribute` has to be run again',
          schema: 'by user',
          database: `lacks:\n${statements.join('\n')}`,
        },
      ]
}

/** The differences of a distributed database from schema/, without those that the distribution makes. */
export function withoutDistribution(differences: readonly Difference[]): Difference[] {
  return differences.filter(({ object }) => !replacesUserKey(object) && !isMissingOnNodes(object))
}

/** The expected state of a distributed database: functions that run on workers are planned for each call. */
export function withDelegation(expected: SchemaState): SchemaState {
  const isDelegated = (object: string) =>
    DELEGATED_FUNCTIONS.some((name) => object.startsWith(`function ${name}(`))
  return {
    ...expected,
    snapshot: new Map(
      [...expected.snapshot].map(([object, facts]) => [
        object,
        isDelegated(object) && facts.settings !== undefined
          ? {
              ...facts,
              settings: facts.settings.replace(/plan_cache_mode=\w+/, `plan_cache_mode=${PLAN_CACHE_MODE}`),
            }
          : facts,
      ]),
    ),
  }
}
