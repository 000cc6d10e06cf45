import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as packageCatalog from '../../generated/catalog.ts'
import { translate } from '../../src/errors/index.ts'
import { ConstraintError, DatabaseError } from '../../src/index.ts'

/** As Citus 13.2.2 on PostgreSQL 15 reports them: a worker's error keeps neither constraint nor table. */
const reported = (fields: { code: string; message: string; routine: string } & Record<string, string>) =>
  Object.assign(new Error(fields.message), { severity: 'ERROR', ...fields })

const ofWorker = (code: string, message: string) => reported({ code, message, routine: 'ReportResultError' })
const ofCopy = (message: string, detail = '') =>
  reported({ code: 'XX000', message, detail, routine: 'ReportCopyError' })

describe('an error of a worker has the constraint of the schema', () => {
  test.for([
    [
      '23505',
      'duplicate key value violates unique constraint "users_email_key_102018"',
      'users_email_key',
      'users',
    ],
    ['23505', 'duplicate key value violates unique constraint "chats_pkey_102023"', 'chats_pkey', 'chats'],
    [
      '23514',
      'new row for relation "chats_102023" violates check constraint "chats_title_check"',
      'chats_title_check',
      'chats',
    ],
    [
      '23502',
      'null value in column "name" of relation "users_102018" violates not-null constraint',
      'users_name_not_null',
      'users',
    ],
    [
      '23503',
      'insert or update on table "messages_102027" violates foreign key constraint "messages_user_id_chat_id_fkey_102027"',
      'messages_user_id_chat_id_fkey',
      'messages',
    ],
    [
      '23505',
      'doppelter Schlüsselwert verletzt Unique-Constraint „users_email_key_102018“',
      'users_email_key',
      'users',
    ],
    [
      '23514',
      'la nouvelle ligne de la relation « chats_102023 » viole la contrainte de vérification « chats_title_check »',
      'chats_title_check',
      'chats',
    ],
  ] as const)('%s: %s', ([code, message, constraint, table]) => {
    const error = translate(ofWorker(code, message), 'writing')

    expect(error).toBeInstanceOf(ConstraintError)
    expect(error).toMatchObject({ code, constraint, table })
    expect((error as ConstraintError).message).not.toMatch(/10\d{4}/)
  })

  test('which a row that is still referred to names in another sentence', () => {
    const message =
      'update or delete on table "users_102018" violates foreign key constraint "chats_user_id_fkey_102024" on table "chats_102024"'

    const error = translate(ofWorker('23503', message), 'writing') as ConstraintError

    expect(error).toMatchObject({ constraint: 'chats_user_id_fkey', kind: 'foreign-key' })
    expect(error.message).toContain('still refer')
  })

  test('of a table that no catalog describes', () => {
    const message = 'new row for relation "orders_102110" violates check constraint "orders_total_check"'

    expect(translate(ofWorker('23514', message), 'writing')).toMatchObject({
      constraint: 'orders_total_check',
      table: 'orders',
    })
  })

  test('with a name that Citus had to cut', () => {
    const name = 'measurements_of_devices_organization_id_device_id_taken_at_key'
    const catalog = {
      ...packageCatalog,
      CONSTRAINTS: {
        ...packageCatalog.CONSTRAINTS,
        measurements: { [name]: { kind: 'unique', columns: ['taken_at'] } },
      },
    }
    const message = `duplicate key value violates unique constraint "${name.slice(0, 45)}_1a2b3c4d_102110"`

    expect(translate(ofWorker('23505', message), 'writing', catalog)).toMatchObject({
      constraint: name,
      table: 'measurements',
    })
  })
})

describe('COPY, which loses the code too', () => {
  test.for([
    ['duplicate key value violates unique constraint "users_email_key_102018"', '23505', 'users_email_key'],
    [
      'new row for relation "chats_102023" violates check constraint "chats_version_check"',
      '23514',
      'chats_version_check',
    ],
    [
      'insert or update on table "chats_102024" violates foreign key constraint "chats_user_id_fkey_102024"',
      '23503',
      'chats_user_id_fkey',
    ],
    [
      'null value in column "version" of relation "chats_102023" violates not-null constraint',
      '23502',
      'chats_version_not_null',
    ],
    [
      'doppelter Schlüsselwert verletzt Unique-Constraint „users_email_key_102018“',
      '23505',
      'users_email_key',
    ],
  ] as const)('%s', ([message, code, constraint]) => {
    expect(translate(ofCopy(message), 'writing')).toMatchObject({ name: 'ConstraintError', code, constraint })
  })

  test('contains no row, for every refusal', () => {
    for (const message of [
      'new row for relation "users_102018" violates check constraint "users_name_check"',
      'something that is not known',
    ]) {
      const error = translate(ofCopy(message, 'Failing row contains (secret).'), 'writing')

      expect(error).toBeInstanceOf(DatabaseError)
      expect(inspect(error, { depth: 10 })).not.toContain('secret')
    }
  })
})

describe('a table that one server holds', () => {
  const local = (constraint: string, routine: string, code = '23514') =>
    reported({
      code,
      message: `new row for relation "audit_log_102020" violates check constraint "${constraint}"`,
      schema: 'public',
      table: 'audit_log_102020',
      constraint,
      routine,
    })

  test('keeps the fields, and loses the number', () => {
    expect(
      translate(local('audit_log_entity_type_check_102020', 'ExecConstraints'), 'writing'),
    ).toMatchObject({
      constraint: 'audit_log_entity_type_check',
      table: 'audit_log',
      message: 'An entity type has 1 to 50 characters.',
    })
    expect(translate(local('audit_log_append_only', 'exec_stmt_raise'), 'writing')).toMatchObject({
      constraint: 'audit_log_append_only',
      table: 'audit_log',
    })
  })

  test('and a partition of it is its table', () => {
    const error = reported({
      code: '23505',
      message: 'duplicate key value violates unique constraint "audit_log_2026_11_pkey_102051"',
      schema: 'public',
      table: 'audit_log_2026_11_102051',
      constraint: 'audit_log_2026_11_pkey_102051',
      routine: '_bt_check_unique',
    })

    expect(translate(error, 'writing')).toMatchObject({ constraint: 'audit_log_pkey', table: 'audit_log' })
  })

  test('that no catalog describes keeps a name that ends in digits', () => {
    const error = reported({
      code: '23514',
      message: 'new row for relation "sales_202611" violates check constraint "sales_total_202611"',
      table: 'sales_202611',
      constraint: 'sales_total_202611',
      routine: 'ExecConstraints',
    })

    expect(translate(error, 'writing')).toMatchObject({
      constraint: 'sales_total_202611',
      table: 'sales_202611',
    })
  })
})

test('an error of plain PostgreSQL is as it was, for every message', () => {
  const error = reported({
    code: 'XX000',
    message: 'unexpected data in "users_email_key_102018" violates unique constraint',
    routine: 'heap_insert',
  })

  expect(translate(error, 'writing')).toMatchObject({
    name: 'DatabaseError',
    code: 'XX000',
    message: error.message,
  })
})
