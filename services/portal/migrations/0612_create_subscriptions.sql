-- Who wants to be told what, what they are told, and how far each lane was looked through for it. No facts: what was asked and sent.

-- Opted in once confirmed; the address is sealed under the portal's key, and gone once it has ended.
CREATE TABLE portal.subscriptions (
  county          text        NOT NULL,
  subscription_id uuid        NOT NULL,
  kind            text        NOT NULL CHECK (kind IN ('unit', 'need')),
  subject         text        NOT NULL,
  label           text        NOT NULL,
  channel         text        NOT NULL CHECK (channel IN ('email', 'sms', 'wechat')),
  whose           bytea       NOT NULL,
  sealed          bytea,
  made_at         timestamptz NOT NULL DEFAULT now(),
  confirmed_at    timestamptz,
  ended_at        timestamptz,
  PRIMARY KEY (county, subscription_id),
  UNIQUE (county, kind, subject, whose)
);
CREATE INDEX subscriptions_by_subject ON portal.subscriptions (county, kind, subject) WHERE confirmed_at IS NOT NULL AND ended_at IS NULL;
CALL tenancy.isolate('portal.subscriptions', 'SELECT, INSERT, UPDATE, DELETE');

-- One row for each event and subscription: that is why nobody is told twice. `urgent` is not kept waiting by quiet hours.
CREATE TABLE portal.outbox (
  county          text        NOT NULL,
  event_id        uuid        NOT NULL,
  subscription_id uuid        NOT NULL,
  title           text        NOT NULL,
  body            text        NOT NULL,
  urgent          boolean     NOT NULL,
  state           text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'skipped', 'failed')),
  reason          text,
  attempts        integer     NOT NULL DEFAULT 0,
  next_try        timestamptz NOT NULL DEFAULT now(),
  made_at         timestamptz NOT NULL DEFAULT now(),
  done_at         timestamptz,
  PRIMARY KEY (county, event_id, subscription_id)
);
CREATE INDEX outbox_queued ON portal.outbox (county, next_try) WHERE state = 'queued';
CALL tenancy.isolate('portal.outbox', 'SELECT, INSERT, UPDATE, DELETE');

-- Not a checkpoint of a projection: no rebuild resets it, so that nothing is sent again.
CREATE TABLE portal.notified (
  county   text   NOT NULL,
  source   text   NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (county, source)
);
CALL tenancy.isolate('portal.notified', 'SELECT, INSERT, UPDATE');
