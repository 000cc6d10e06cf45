import type { Declared, Described, Field, Method } from './declarations.ts'

/** A declaration in Markdown: heading, summary, signature, a table of fields, its methods. */
export function render(declared: Declared): string {
  const { name, kind, code, base, fields, methods } = declared
  return [
    `## ${heading(name, kind)}`,
    declared.summary,
    // The columns of a row are in the table of fields.
    base && !base.startsWith('Columns<') && !base.startsWith('OptionalColumns<') && `Extends \`${base}\`.`,
    code && fence(code),
    details(declared),
    fields.length > 0 && table(fields),
    ...methods.map(renderMethod),
  ]
    .filter(Boolean)
    .join('\n\n')
}

const heading = (name: string, kind: Declared['kind']) => (kind === 'function' ? `${name}()` : name)

function renderMethod(method: Method): string {
  return [`### ${method.name}()`, fence(method.code), method.summary, details(method)]
    .filter(Boolean)
    .join('\n\n')
}

function details({ parameters, throws }: Described): string {
  return [
    ...parameters.map(({ name, text }) => `- \`${name}\`: ${oneLine(text)}`),
    ...throws.map(({ type, text }) => `- Throws ${type && `\`${type}\`: `}${oneLine(text)}`),
  ].join('\n')
}

function table(fields: readonly Field[]): string {
  const rows = fields.map(
    (field) =>
      `| \`${field.name}${field.isOptional ? '?' : ''}\` | ${cell(field.type.replace(/ \| undefined$/, ''))} | ${escaped(oneLine([field.summary, ...field.throws.map(({ type, text }) => `Throws ${type}: ${text}`)].join(' ')))} |`,
  )
  return `| Field | Type | Meaning |\n|---|---|---|\n${rows.join('\n')}`
}

const fence = (code: string) => `\`\`\`ts\n${code}\n\`\`\``
const cell = (type: string) => `\`${escaped(oneLine(type))}\``
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()
const escaped = (text: string) => text.replaceAll('|', '\\|')
