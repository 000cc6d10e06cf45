import type { Access, Policy, Role } from '../access.ts'
import { useAddress } from './address.ts'
import { Fetched } from './fetched.tsx'

/** The page of roles and policies: what one role may do with which table, and which rows it sees. */
export function AccessPage() {
  const [address, change] = useAddress()
  return (
    <Fetched<Access> path="/api/access">
      {(access) => {
        const chosen = address.get('role') ?? access.roles.find(({ isSuperuser }) => !isSuperuser)?.name
        const role = access.roles.find(({ name }) => name === chosen) ?? access.roles[0]
        return (
          <div className="content">
            <h1>Access</h1>
            <p>
              <label>
                What may this role do?{' '}
                <select value={role?.name} onChange={(event) => change({ role: event.currentTarget.value })}>
                  {access.roles.map(({ name }) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              </label>
            </p>
            {role && <RoleView access={access} role={role} />}
            <h2>All policies</h2>
            {access.policies.length === 0 ? (
              <p role="status">No table has a policy.</p>
            ) : (
              <Policies policies={access.policies} />
            )}
          </div>
        )
      }}
    </Fetched>
  )
}

function RoleView({ access: { tables, policies }, role }: { access: Access; role: Role }) {
  const { name, canLogin, isSuperuser, bypassesRowSecurity, creates, memberOf } = role
  const applies = (policy: Policy) =>
    policy.roles.some((each) => ['public', name, ...memberOf].includes(each))
  return (
    <>
      <p>
        {isSuperuser
          ? 'A superuser: it may do everything.'
          : canLogin
            ? 'A login.'
            : 'A group: it cannot log in.'}{' '}
        {memberOf.length > 0 && `Member of ${memberOf.join(', ')}. `}
        {bypassesRowSecurity && 'Policies do not apply to it. '}
        {creates.length > 0 ? `It may create ${creates.join(', ')}.` : 'It may create nothing.'}{' '}
        {tables.some(({ owner }) => owner === name) && 'It may change the tables that it owns.'}
      </p>
      {role.tables.length === 0 ? (
        <p role="status">It may use no table of this database.</p>
      ) : (
        <table aria-label={`Privileges of ${name}`}>
          <thead>
            <tr>
              <th>Table</th>
              <th>May</th>
              <th>Rows</th>
            </tr>
          </thead>
          <tbody>
            {role.tables.map(({ table, isOwner, privileges, columns }) => {
              const about = tables.find((each) => each.name === table)
              const isFree = bypassesRowSecurity || !about?.hasRowSecurity || (isOwner && !about.isForced)
              return (
                <tr key={table}>
                  <td>
                    <a href={`/dictionary#${table}`}>{table}</a>{' '}
                    {isOwner && <span className="label">owner</span>}
                  </td>
                  <td>
                    {privileges.join(', ')}
                    {Object.entries(columns ?? {}).map(([privilege, names]) => (
                      <div key={privilege}>
                        {privilege} <small className="quiet">only {names.join(', ')}</small>
                      </div>
                    ))}
                  </td>
                  <td>
                    {isFree ? (
                      'all rows'
                    ) : (
                      <PolicyNames
                        policies={policies.filter(
                          (policy) =>
                            policy.table === table &&
                            applies(policy) &&
                            (policy.command === 'all' ||
                              [...privileges, ...Object.keys(columns ?? {})].includes(policy.command)),
                        )}
                      />
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </>
  )
}

function PolicyNames({ policies }: { policies: readonly Policy[] }) {
  if (policies.length === 0) return <>none: row security without a policy for it</>
  return (
    <>
      {policies.map(({ name, command, using, check }) => (
        <div key={name}>
          {command}: <a href={`#policy-${name}`}>{name}</a> <code className="quiet">{using ?? check}</code>
        </div>
      ))}
    </>
  )
}

function Policies({ policies }: { policies: readonly Policy[] }) {
  return (
    <table aria-label="Policies">
      <thead>
        <tr>
          <th>Table</th>
          <th>Policy</th>
          <th>Command</th>
          <th>Roles</th>
          <th>Condition</th>
        </tr>
      </thead>
      <tbody>
        {policies.map(({ table, name, command, isPermissive, roles, using, check, comment }) => (
          <tr key={`${table}.${name}`} id={`policy-${name}`}>
            <td>{table}</td>
            <td>
              <code>{name}</code> {!isPermissive && <span className="label">restrictive</span>}
              {comment && <p className="quiet">{comment}</p>}
            </td>
            <td>{command}</td>
            <td>{roles.join(', ')}</td>
            <td>
              {using && <pre>using {using}</pre>}
              {check && <pre>check {check}</pre>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
