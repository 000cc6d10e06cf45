/** The fields of a CycloneDX document of `npm sbom` that are read or changed here. */
export interface Bom {
  serialNumber?: string
  metadata: {
    timestamp?: string
    component: { 'bom-ref': string; name: string; [field: string]: unknown }
    [field: string]: unknown
  }
  components: readonly Component[]
  dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
  [field: string]: unknown
}

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[]
}

/**
 * The bill of materials of the package: of all packages of the repository, those that services install, and those whose code
 * is bundled into `dist/`. The same packages always give the same document: it has neither a time nor a random number.
 */
export function packageBom(
  all: Bom,
  { installed, bundled }: Record<'installed' | 'bundled', readonly string[]>,
): Bom {
  const { serialNumber: _, ...rest } = all
  const { timestamp: __, ...metadata } = all.metadata
  const root = all.metadata.component['bom-ref']
  const edges = new Map(all.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const direct = (edges.get(root) ?? []).filter((ref) => [...installed, ...bundled].includes(nameOf(ref)))
  const kept = reachable(direct, edges)
  const onlyBundled = reachable(
    direct.filter((ref) => bundled.includes(nameOf(ref))),
    edges,
  )
  return {
    ...rest,
    metadata: { ...metadata, component: { ...metadata.component, name: nameOf(root) } },
    components: all.components
      .filter((component) => kept.has(component['bom-ref']))
      .map(({ externalReferences: ___, properties: ____, ...component }) => ({
        ...component,
        properties: [
          { name: 'norberts-spark:bundled', value: String(onlyBundled.has(component['bom-ref'])) },
        ],
      })),
    dependencies: [
      { ref: root, dependsOn: direct },
      ...all.dependencies.filter(({ ref }) => ref !== root && kept.has(ref)),
    ],
  }
}

/** `@scope/name` of `@scope/name@1.2.3`. */
const nameOf = (ref: string) => ref.slice(0, ref.lastIndexOf('@'))

function reachable(from: readonly string[], edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>()
  const open = [...from]
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    // Types of a peer are not in the package.
    if (found.has(ref) || ref.startsWith('@types/')) continue
    found.add(ref)
    open.push(...(edges.get(ref) ?? []))
  }
  return found
}
