create table audit_log (
  id          uuid           not null default uuidv7(),
  user_id     uuid,
  entity_type text           not null,
  entity_id   text           not null,
  action      text           not null,
  changes     jsonb,
  ip_address  inet,
  user_agent  text,
  request_id  text,
  system      text,
  is_history  boolean        not null default false,
  import_id   uuid           default current_import_id(),
  created_at  timestamptz(3) not null default now(),

  constraint audit_log_pkey primary key (created_at, id),
  constraint audit_log_user_id_fkey foreign key (user_id) references users on delete set null,
  constraint audit_log_entity_type_check check (char_length(entity_type) between 1 and 50),
  constraint audit_log_entity_id_check check (char_length(entity_id) between 1 and 255),
  constraint audit_log_action_check check (char_length(action) between 1 and 50)
) partition by range (created_at);

-- The partitions cover all of time, so that no entry is ever refused for lack of one. `maintain` divides the last one
-- into months.
create table audit_log_earlier partition of audit_log for values from (minvalue) to (maxvalue);

create index audit_log_entity_type_entity_id_created_at_id_idx on audit_log (entity_type, entity_id, created_at, id);
create index audit_log_user_id_created_at_id_idx on audit_log (user_id, created_at, id);
create index audit_log_import_id_idx on audit_log (import_id) where import_id is not null;
create index audit_log_action_created_at_id_idx on audit_log (action, created_at, id);

-- Permitted are the change of the foreign key, by which user_id becomes null after its user is deleted, and those of the
-- owner's own functions, which have the setting. The fixed search_path keeps temporary tables and operators of the caller out.
create function refuse_audit_log_change() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  home name := (
    select nspname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where pg_class.oid = coalesce(pg_partition_root(tg_relid), tg_relid)
  );
  has_user boolean;
begin
  if tg_op <> 'TRUNCATE' and current_setting('norberts_spark.audit_log', true) = 'unlocked' and current_user = (
    select rolname from pg_class join pg_roles on pg_roles.oid = relowner where pg_class.oid = coalesce(pg_partition_root(tg_relid), tg_relid)
  ) then
    return null;
  end if;
  if tg_op = 'UPDATE' and new.user_id is null and old.user_id is not null then
    execute pg_catalog.format('select exists (select from %I.users where user_id = $1)', home)
      into has_user using old.user_id;
    if not has_user then
      old.user_id := null;
      if old is not distinct from new then
        return null;
      end if;
    end if;
  end if;
  raise exception 'audit_log is append-only: % refused', lower(tg_op)
    using errcode = 'check_violation', schema = home, table = 'audit_log',
      constraint = 'audit_log_append_only', hint = 'Record a new entry instead.';
end
$$;

create constraint trigger audit_log_append_only after update or delete on audit_log
  for each row execute function refuse_audit_log_change();
-- Partitions do not inherit triggers of statements: `maintain` creates this one on each.
create trigger audit_log_append_only_truncate before truncate on audit_log
  for each statement execute function refuse_audit_log_change();
create trigger audit_log_append_only_truncate before truncate on audit_log_earlier
  for each statement execute function refuse_audit_log_change();

comment on table audit_log is 'Which user did what to which entity, and when. Append-only; a partition for each month.';
comment on column audit_log.id is 'UUID version 7; ascending in the order of creation.';
comment on column audit_log.user_id is 'User who acted; null for the service itself, and after the user is deleted.';
comment on column audit_log.entity_type is 'Kind of entity, at most 50 characters. In the history: user, customer, person, contact, chat or import.';
comment on column audit_log.entity_id is 'Key of the entity, as text. In the history of chats: the user and the chat, with / between.';
comment on column audit_log.action is 'Action, at most 50 characters. In the history: create, update, delete, merge, import or undo.';
comment on column audit_log.changes is 'In the history: { column: [old, new] }, or the numbers of rows that an import created, or that its undo deleted. Else changes as the service describes them; secrets are redacted.';
comment on column audit_log.ip_address is 'IP address of the client.';
comment on column audit_log.user_agent is 'User agent of the client.';
comment on column audit_log.request_id is 'Id of the request in which the user acted.';
comment on column audit_log.system is 'Name of the job that acted.';
comment on column audit_log.is_history is 'True for the history of changes, which triggers write. Row security refuses such an entry from any login but the owner.';
comment on column audit_log.import_id is 'Import in whose transaction the entry was written.';
comment on column audit_log.created_at is 'Time of the action.';

comment on constraint audit_log_pkey on audit_log is 'An audit log entry with this time and id already exists.';
comment on constraint audit_log_user_id_fkey on audit_log is 'This user does not exist.';
comment on constraint audit_log_entity_type_check on audit_log is 'An entity type has 1 to 50 characters.';
comment on constraint audit_log_entity_id_check on audit_log is 'An entity id has 1 to 255 characters.';
comment on constraint audit_log_action_check on audit_log is 'An action has 1 to 50 characters.';
comment on trigger audit_log_append_only on audit_log is 'Audit log entries cannot be changed or deleted.';
