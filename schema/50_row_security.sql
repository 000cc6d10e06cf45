-- Row security, for every login but the owner of the tables: rows are seen and changed by the actor of db.as(actor), and
-- without an actor not at all. The subqueries are evaluated once for each statement, and an index can compare with
-- them. Jobs need policies for the role of their own login: docs/how-to/run-with-less-privileges.md.

alter table users enable row level security;
create policy users_self_and_admins on users
  using (user_id = (select current_user_id()) or (select current_actor() ->> 'role' = 'admin'));
comment on policy users_self_and_admins on users is 'Users see and change themselves; administrators see and change all users.';

-- Their role and the account that they sign in with are not theirs to change, nor to choose after they have deleted
-- themselves. Where row security does not apply, to the owner, neither does this.
create function refuse_own_role_change() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  actor jsonb := nullif(current_setting('norberts_spark.actor', true), '')::jsonb;
begin
  if not row_security_active(tg_relid) or actor ->> 'system' is not null or actor ->> 'role' = 'admin' then
    return null;
  end if;
  if tg_op = 'INSERT' or (new.role, new.provider, new.provider_id, new.deactivated_at) is distinct from (old.role, old.provider, old.provider_id, old.deactivated_at) then
    raise exception 'role, provider, provider_id and deactivated_at of a user are set by administrators and jobs'
      using errcode = 'check_violation', schema = tg_table_schema, table = 'users', constraint = 'users_role_by_admins',
        hint = 'Act as an administrator: db.as({ userId, role: ''admin'' }), or as a job.';
  end if;
  return null;
end
$$;

create constraint trigger users_role_by_admins after insert or update of role, provider, provider_id, deactivated_at on users
  for each row execute function refuse_own_role_change();
comment on trigger users_role_by_admins on users is 'Only an administrator can set a role or an identity provider, or deactivate a user.';

-- Neither are the version of a row, its times, and who created and changed it.
create trigger users_stamp_row before insert on users
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();
create trigger customers_stamp_row before insert on customers
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();
create trigger people_stamp_row before insert on people
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();
create trigger customer_people_stamp_row before insert on customer_people
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();

alter table customers enable row level security;
create policy customers_signed_in on customers using ((select current_user_id()) is not null);
comment on policy customers_signed_in on customers is 'Every signed-in user sees and changes all customers.';

alter table people enable row level security;
create policy people_signed_in on people using ((select current_user_id()) is not null);
comment on policy people_signed_in on people is 'Every signed-in user sees and changes all people.';

alter table customer_people enable row level security;
create policy customer_people_signed_in on customer_people using ((select current_user_id()) is not null);
comment on policy customer_people_signed_in on customer_people is 'Every signed-in user sees and changes all contacts.';

alter table chats enable row level security;
create policy chats_owner on chats using (user_id = (select current_user_id()));
comment on policy chats_owner on chats is 'A chat is seen and changed by its owner alone.';

alter table messages enable row level security;
create policy messages_owner on messages using (user_id = (select current_user_id()));
comment on policy messages_owner on messages is 'Messages are seen and changed by the owner of their chat alone.';

alter table parts enable row level security;
create policy parts_owner on parts using (user_id = (select current_user_id()));
comment on policy parts_owner on parts is 'Parts are seen and changed by the owner of their chat alone.';

alter table ai_options enable row level security;
create policy ai_options_owner on ai_options using (user_id = (select current_user_id()));
comment on policy ai_options_owner on ai_options is 'Options are seen and changed by the owner of their chat alone.';

alter table audit_log enable row level security;
create policy audit_log_self_and_admins_select on audit_log for select
  using (user_id = (select current_user_id()) or (select current_actor() ->> 'role' = 'admin'));
create policy audit_log_self_and_admins_insert on audit_log for insert
  with check (user_id = (select current_user_id()) or (select current_actor() ->> 'role' = 'admin'));
create policy audit_log_history_insert on audit_log as restrictive for insert with check (not is_history);
-- Queries of the table follow its policies, not those of its partitions. A partition that is named itself has none: only the
-- owner reads and writes it, also where a login was granted all tables of the schema. `maintain` enables it on each.
alter table audit_log_earlier enable row level security;
comment on policy audit_log_self_and_admins_select on audit_log is 'Users see the entries of their own actions; administrators see all entries.';
comment on policy audit_log_self_and_admins_insert on audit_log is 'Users record their own actions; administrators record any.';
comment on policy audit_log_history_insert on audit_log is 'History is written by its triggers alone, which run as the owner.';
