import type { Command } from 'commander'
import {
  type Changing,
  onDatabase,
  sessionOptions,
  target,
  wholeNumber,
  withConfirm,
  withEnvironment,
} from './flags.ts'
import { confirmed, perform } from './perform.ts'
import * as report from './report.ts'

interface Maintaining extends Changing {
  monthsAhead?: number
  keepAuditMonths?: number
  retries?: number
  waitTimeout?: number
}

export function addMaintainCommand(program: Command): void {
  const command = onDatabase(
    program,
    'maintain',
    'make the partitions of the audit log for the months to come; safe on a schedule, and several at once',
    400,
  )
  withConfirm(withEnvironment(command))
    .option('--months-ahead <number>', 'how many months to make partitions for; default 3', wholeNumber)
    .option(
      '--keep-audit-months <number>',
      'drop the months of the audit log before the last so many, with all of their entries; in production with --confirm; default: keep everything',
      wholeNumber,
    )
    .option(
      '--retries <number>',
      'how often to retry a statement that did not get its lock; default 20',
      wholeNumber,
    )
    .option(
      '--wait-timeout <milliseconds>',
      'how long to wait for another command of the library; default 600000, 0 for any time',
      wholeNumber,
    )
    .action((options: Maintaining) => {
      const { monthsAhead, keepAuditMonths, retries, waitTimeout, environment } = options
      return perform(
        options,
        async () => {
          const { maintain } = await import('../admin/index.ts')
          const url = await target(options)
          const session = await sessionOptions(options)
          return confirmed(options, (confirm = options.confirm) =>
            maintain(url, {
              ...session,
              ...{ monthsAhead, keepAuditMonths, retries, waitTimeout, environment, confirm },
            }),
          )
        },
        report.ofMaintain,
        'Finished partitions are in effect; the next run continues.',
      )
    })
}
