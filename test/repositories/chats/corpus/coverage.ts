import type { ChatMessage } from '../../../../src/index.ts'

export interface Coverage {
  /** The kinds of parts with free names. */
  partTypes: string[]
  /** The fields of tool parts by kind. */
  toolStates: string[]
  /** The fields of parts of any type. */
  fields: string[]
}

type Part = Record<string, unknown> & { type: string }

/** Lists the contents of messages, which the corpus must cover. */
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
