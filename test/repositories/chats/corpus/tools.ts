import { z } from 'zod'
import type { Sdk } from './sdk.ts'

const inputSchema = z.object({ city: z.string(), days: z.number().optional() })

/** One tool for each way in which tools behave. */
export function toolsOf(sdk: Sdk) {
  return {
    weather: sdk.tool({
      title: 'Weather',
      inputSchema,
      execute: async ({ city }: { city: string }) => ({
        city,
        celsius: -0.5,
        at: [1e21, 5e-324],
        wind: null,
      }),
    }),
    forecast: sdk.tool({
      inputSchema,
      async *execute() {
        yield { status: 'loading', done: 0 }
        yield { status: 'loading', done: 0.5, text: undefined }
        yield { status: 'done', days: ['rain', 'sun'] }
      },
    }),
    broken: sdk.tool({
      inputSchema,
      execute: async () => {
        throw new Error('Out of order\n"again" \0')
      },
    }),
    silent: sdk.tool({ inputSchema, execute: async () => undefined }),
    /** The client runs it. */
    location: sdk.tool({ inputSchema: z.object({}) }),
    lookup: sdk.dynamicTool({
      description: 'Of an MCP server',
      inputSchema: z.unknown(),
      execute: async (input: unknown) => ({ content: [{ type: 'text', text: JSON.stringify(input) }] }),
    }),
    brokenLookup: sdk.dynamicTool({
      description: 'Of an MCP server that is gone',
      inputSchema: z.unknown(),
      execute: async () => {
        throw new Error('Gone')
      },
    }),
    provided: sdk.tool({ inputSchema }),
    guarded: sdk.tool({
      inputSchema,
      needsApproval: true,
      execute: async ({ city }: { city: string }) => `sent to ${city}`,
    }),
    guardedLookup: sdk.dynamicTool({
      description: 'Asks first',
      inputSchema: z.unknown(),
      needsApproval: true,
      execute: async () => 'looked up',
    }),
  }
}
