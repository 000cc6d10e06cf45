import { globSync } from 'node:fs'
import { matchesGlob } from 'node:path'

/**
 * The tests that reach a file, the first pattern that matches it. A change that is not noticed costs all of them, so that tests which
 * start servers or wait are named only for the files that they are about.
 */
const TESTS: readonly (readonly [files: string, tests: readonly string[]])[] = [
  [
    'src/connection/{lanes,shared-*,merged-writes,exchange,send,portal-read,plans,statement-revisions,pooled-session,client-state}.ts',
    [
      'test/connection/{connection,shared-reads,shared-writes,merged-writes}.test.ts',
      'test/database/observability.test.ts',
    ],
  ],
  [
    'src/connection/{transaction*,*-connection,turn-queue,retry,cancel*,call-options,actor-statement}.ts',
    [
      'test/connection/{retry,turn-queue,connection}.test.ts',
      'test/database/{transaction,savepoint,deadline,actor,unknown-options}.test.ts',
    ],
  ],
  [
    'src/connection/{query-log,slow-queries,pool-stats,probe,query}.ts',
    ['test/database/{observability,slow-queries,deadline}.test.ts'],
  ],
  [
    'src/connection/{listen*,copy,codec}.ts',
    [
      'test/database/listen.test.ts',
      'test/connection/types-at-runtime.test.ts',
      'test/repositories/many.test.ts',
    ],
  ],
  ['src/connection/read-only-transaction.ts', ['test/replicas/replicas.test.ts']],
  ['src/connection/silence-monitor.ts', ['test/connection/silence.test.ts']],
  [
    'src/connection/*.ts',
    ['test/database/{source,options}.test.ts', 'test/connection/{connection,failover}.test.ts'],
  ],
  ['src/replicas/*.ts', ['test/replicas/replicas.test.ts']],
  ['src/kysely/*.ts', ['test/database/kysely.test.ts', 'test/kysely/*.test.ts']],
  [
    'src/repositories/chats/**/*.ts',
    ['test/repositories/chats/{chats,functions,ownership,hostile,files}.test.ts'],
  ],
  [
    'src/repositories/customers/**/*.ts',
    [
      'test/repositories/customers/*.test.ts',
      'test/repositories/{archive,details,updates,versions,many}.test.ts',
    ],
  ],
  [
    'src/repositories/people/**/*.ts',
    ['test/repositories/{people,archive,details,updates,versions,many}.test.ts'],
  ],
  ['src/repositories/users/**/*.ts', ['test/repositories/users/*.test.ts']],
  [
    'src/repositories/audit-log/**/*.ts',
    [
      'test/repositories/{audit-log,audit-log-secrets}.test.ts',
      'test/repositories/audit-log-secrets/*.test.ts',
    ],
  ],
  ['src/repositories/**/*.ts', ['test/repositories/*.test.ts']],
  ['src/admin/**/*.ts', ['test/admin/{admin,environment,guard-table,migrate,migration-sql,url}.test.ts']],
]

/** The test files for the source files that the globs match. */
export function testsOf(globs: readonly string[]): string[] {
  const tests = globSync([...globs]).flatMap(
    (file) => TESTS.find(([files]) => matchesGlob(file, files))?.[1] ?? [],
  )
  return [...new Set(tests)]
}
