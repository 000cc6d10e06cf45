create table {{table}} (
  {{key_column}} uuid           not null default uuidv7(),
  {{name_column}} text           not null,
  {{created_column}} timestamptz(3) not null default now(),
  {{updated_column}} timestamptz(3) not null default now(),

  constraint {{table}}_pkey primary key ({{row}}_id),
  constraint {{table}}_name_check check (char_length(btrim(name)) between 1 and 200)
);

create index {{table}}_created_at_{{row}}_id_idx on {{table}} (created_at, {{row}}_id);

create trigger {{table}}_touch_updated_at before update on {{table}}
  for each row execute function touch_updated_at();

comment on table {{table}} is 'The {{words}} of the service.';
comment on column {{table}}.name is '1 to 200 characters, not counting spaces at either end.';
comment on column {{table}}.updated_at is 'Set by a trigger whenever the row changes.';

comment on constraint {{table}}_pkey on {{table}} is '{{Article}} {{word}} with this id already exists.';
comment on constraint {{table}}_name_check on {{table}} is 'A name has 1 to 200 characters, not counting spaces at either end.';
