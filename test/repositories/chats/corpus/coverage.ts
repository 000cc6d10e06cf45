import type { ChatMessage } from '../../../../src/index.ts'

export interface Coverage {
  /** Of what is named freely, the kind. */
  partTypes: string[]
  /** Of tools, by kind. */
  toolStates: string[]
  /** Of parts, whatever their type. */
  fields: string[]
}

type Part = Record<string, unknown> & { type: string }

/** What messages have in them, and so what the corpus must not lose. */
export function coverageOf(messages: readonly ChatMessage[]): Coverage {
  const parts = messages.flatMap((message) => message.parts as readonly Part[])
  const types = parts.map((part) => kindOf(part.type))
  const states = parts.flatMap(({ type, state, preliminary }) =>
    type === 'dynamic-tool' || type.startsWith('tool-')
      ? `${kindOf(type)} ${state}${preliminary === true ? ', preliminary' : ''}`
      : [],
  )
  const fields = parts.flatMap((part) => Object.keys(part).filter((key) => part[key] !== undefined))
  return { partTypes: sorted(types), toolStates: sorted(states), fields: sorted(fields) }
}

function kindOf(type: string): string {
  return type.replace(/^(tool|data)-.*/s, '$1-<name>')
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted()
}
