import type { Command } from 'commander'
import { type Changing, onDatabase, sessionOptions, target, wholeNumber, withEnvironment } from './flags.ts'
import { perform } from './perform.ts'
import * as report from './report.ts'

interface Distributing extends Changing {
  dryRun?: true
  shards?: number
}

export function addDistributeCommand(program: Command): void {
  const command = onDatabase(
    program,
    'distribute',
    'distribute the chats over the nodes of a Citus database, by user; does only what is missing',
  )
  withEnvironment(command)
    .option('--dry-run', 'print the SQL and change nothing')
    .option('--shards <number>', "number of shards; default the server's citus.shard_count", wholeNumber)
    .action((options: Distributing) =>
      perform(
        options,
        async () => {
          const { distribute } = await import('../admin/index.ts')
          const { environment, dryRun, shards } = options
          const url = await target(options, { isChanged: !dryRun })
          return distribute(url, { ...(await sessionOptions(options)), environment, dryRun, shards })
        },
        report.ofDistribute,
      ),
    )
}
