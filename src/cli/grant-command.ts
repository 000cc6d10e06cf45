import { type Command, Option } from 'commander'
import type { GrantKind } from '../admin/index.ts'
import { type Changing, onDatabase, sessionOptions, target, withEnvironment } from './flags.ts'
import { perform } from './perform.ts'
import * as report from './report.ts'

interface Granting extends Changing {
  role: string
  kind?: GrantKind
  revoke?: true
  dryRun?: true
}

export function addGrantCommand(program: Command): void {
  const command = onDatabase(
    program,
    'grant',
    'give a role the privileges that a service, its jobs or a reader needs, and take all others; does only what is missing',
  )
  withEnvironment(command)
    .requiredOption('--role <name>', 'the role; it exists already')
    .addOption(
      new Option(
        '--kind <kind>',
        'app: a service, whose actors see their own rows; system: its jobs and sign-in; read-only: all rows, without secrets',
      ).choices(['app', 'read-only', 'system']),
    )
    .option('--revoke', 'take back everything that the role was granted, instead')
    .option('--dry-run', 'print the SQL and change nothing')
    .action((options: Granting) =>
      perform(
        options,
        async () => {
          const { grant } = await import('../admin/index.ts')
          const { environment, role, kind, revoke, dryRun } = options
          const url = await target(options, { isChanged: !dryRun })
          const session = await sessionOptions(options)
          return grant(url, { ...session, environment, role, kind, revoke, dryRun })
        },
        report.ofGrant,
      ),
    )
}
