import { type Lock, nameAt } from './lock.ts'

/** Rules for the dependencies of a lock. */
export interface Rules {
  /** Licenses of packages that services install, or that are bundled into the package. */
  readonly licenses: readonly string[]
  /** Further licenses of packages that only the repository uses. */
  readonly developmentLicenses: readonly string[]
  /** Packages whose license is known although the lock does not say it, with the license. */
  readonly known: Readonly<Record<string, string>>
  /** Packages that may have an install script: true if it may run, false if npm must not run it. */
  readonly installScripts: Readonly<Record<string, boolean>>
}

/**
 * The faults of the dependencies that a lock names: licenses and install scripts that are not allowed, and packages
 * without a checksum. Works offline.
 */
export function auditLock({ packages }: Lock, rules: Rules): string[] {
  const faults: string[] = []
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.link || !path.includes('node_modules/')) continue
    const name = nameAt(path)
    const isDevelopment = entry.dev === true || entry.devOptional === true
    const license = entry.license ?? rules.known[name]
    const allowed = isDevelopment ? [...rules.licenses, ...rules.developmentLicenses] : rules.licenses
    if (license === undefined) faults.push(`${name} ${entry.version}: no license is stated.`)
    else if (!isAllowed(license, allowed))
      faults.push(
        `${name} ${entry.version}: the license ${license} is not allowed${isDevelopment ? '' : ' in the package'}.`,
      )
    if (entry.hasInstallScript && (!isDevelopment || !(name in rules.installScripts)))
      faults.push(`${name} ${entry.version}: has an install script that is not allowed.`)
    if (entry.integrity === undefined) faults.push(`${name} ${entry.version}: has no checksum in the lock.`)
    if (entry.resolved !== undefined && !entry.resolved.startsWith('https://'))
      faults.push(`${name} ${entry.version}: does not come from a registry over TLS.`)
  }
  return faults
}

/** `(MIT OR CC0-1.0)` is allowed if one of them is, `A AND B` if both are. */
function isAllowed(license: string, allowed: readonly string[]): boolean {
  const expression = license.replace(/^\((.*)\)$/, '$1')
  if (allowed.includes(expression)) return true
  if (expression.includes(' OR ')) return expression.split(' OR ').some((each) => isAllowed(each, allowed))
  if (expression.includes(' AND ')) return expression.split(' AND ').every((each) => isAllowed(each, allowed))
  return false
}
