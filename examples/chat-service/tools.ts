import { setTimeout as sleep } from 'node:timers/promises'
import type { BoundDatabase } from '@norberts-spark/db'
import { tool } from 'ai'
import { z } from 'zod'

/** The tools that the model can call. */
export function toolsOn(db: BoundDatabase) {
  return {
    findCustomers: tool({
      description: 'Finds customers by name.',
      inputSchema: z.object({ name: z.string() }),
      async execute({ name }, { abortSignal }) {
        const { items } = await db.customers.list({ search: name, limit: 3 }, { signal: abortSignal })
        return items.map(({ displayName, status }) => ({ displayName, status }))
      },
    }),
    sendEmail: tool({
      description: 'Sends an email.',
      inputSchema: z.object({ to: z.string() }),
      async execute({ to }, { abortSignal }) {
        await sleep(500, undefined, { signal: abortSignal }) // simulates sending
        return { sent: to }
      },
    }),
  }
}

/** The types of the tools. */
export type Tools = ReturnType<typeof toolsOn>

/** The tools that need the user's approval. */
export const TOOL_APPROVAL = { sendEmail: 'user-approval' } as const
