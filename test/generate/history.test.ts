import { expect } from 'vitest'
import { append, replace, test } from '../support/schema.ts'

test.for([
  [
    '21_people.sql',
    append("comment on column people.phone is 'Phone number. @secret';"),
    `The trigger people_history_delete on people records the column phone, whose comment says @secret. Add 'phone' to its arguments.`,
  ],
  [
    '45_history.sql',
    replace(
      "users_history_update after update on users referencing old table as old_rows new table as new_rows\n  for each statement execute function record_history('user', 'user_id', 'password', 'last_sign_in_at')",
      "users_history_update after update on users referencing old table as old_rows new table as new_rows\n  for each statement execute function record_history('user', 'email', 'password', 'secret')",
    ),
    [
      'The trigger users_history_update on users names the key email. Name the primary key: user_id.',
      'The trigger users_history_update on users leaves out secret, which is not a column. Remove the argument, or correct it.',
    ].join('\n'),
  ],
] as const)(
  'a trigger of the history that disagrees with its table is an error: %s',
  async ([file, edit, message], { folderWith, generate }) => {
    const folder = await folderWith({ [file]: edit })

    await expect(generate(folder)).rejects.toThrow(message)
  },
)

test('the tag of a secret column is not part of its description', async ({ generate }) => {
  const { files } = await generate('schema')

  for (const text of files.values()) expect(text).not.toContain('@secret')
})
