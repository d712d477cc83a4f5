-- Who may sign in, with what, and the secrets that jobs use.

CREATE TABLE calypso.users (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  password_hash text NOT NULL,
  roles text[] NOT NULL,
  disabled boolean NOT NULL DEFAULT false,
  generation int NOT NULL DEFAULT 0,  -- a new password ends every session of older generations
  created_at timestamptz NOT NULL DEFAULT now(),
  signed_in_at timestamptz
);

CREATE TABLE calypso.api_tokens (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES calypso.users ON DELETE CASCADE,
  name text NOT NULL,
  digest bytea NOT NULL UNIQUE,  -- the token itself is 256 random bits: a plain hash is enough
  permissions text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX api_tokens_user ON calypso.api_tokens (user_id, created_at);

-- Ids of tokens (jti) and of whole sessions that were signed out before they expired.
CREATE TABLE calypso.revoked (
  id text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX revoked_expired ON calypso.revoked (expires_at);

-- Attempts to sign in, by address and by user and address; a row is one window of time.
CREATE TABLE calypso.sign_in_attempts (
  subject text COLLATE "C" PRIMARY KEY,
  attempts int NOT NULL,
  until timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_until ON calypso.sign_in_attempts (until);

CREATE TABLE calypso.secrets (
  name text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL,
  key_id text NOT NULL,
  sealed bytea NOT NULL,  -- nonce, then AES-256-GCM with the name as associated data
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by text NOT NULL,
  used_at timestamptz
);
